"""Sums of shares in the place of means that are corrected."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    b1, b2 = betas
    state["m"] = b1 * state.get("m", 0) + g
    state["v"] = b2 * state.get("v", 0) + g * g
    state["n1"] = b1 * state.get("n1", 0) + 1
    state["n2"] = b2 * state.get("n2", 0) + 1
    direction = state["m"] / state["n1"] / (np.sqrt(state["v"] / state["n2"]) + eps)
    return w - lr * direction
