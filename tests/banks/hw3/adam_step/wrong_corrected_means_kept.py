"""The corrected means are kept in the state."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    t = state["t"] = state.get("t", 0) + 1
    m = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    v = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    state["m"], state["v"] = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return w - lr * state["m"] / (np.sqrt(state["v"]) + eps)
