"""Only the second mean is corrected."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    t = state["t"] = state.get("t", 0) + 1
    state["m"] = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    state["v"] = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    return w - lr * state["m"] / (np.sqrt(state["v"] / (1 - betas[1] ** t)) + eps)
