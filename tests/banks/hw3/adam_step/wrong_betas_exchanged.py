"""The first beta is that of the squares."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    b2, b1 = betas
    t = state["t"] = state.get("t", 0) + 1
    state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
    state["v"] = b2 * state.get("v", 0) + (1 - b2) * g**2
    return w - lr * state["m"] / (1 - b1**t) / (np.sqrt(state["v"] / (1 - b2**t)) + eps)
