"""Epsilon is added to the root of the mean that is not yet corrected."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    t = state["t"] = state.get("t", 0) + 1
    state["m"] = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    state["v"] = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    rate = lr * np.sqrt(1 - betas[1] ** t) / (1 - betas[0] ** t)
    return w - rate * state["m"] / (np.sqrt(state["v"]) + eps)
