"""The mean is corrected for its start at zero."""

import numpy as np


def rmsprop_step(w, g, state, lr, alpha=0.99, eps=1e-8):
    state["t"] = state.get("t", 0) + 1
    state["v"] = alpha * state.get("v", 0) + (1 - alpha) * g**2
    return w - lr * g / (np.sqrt(state["v"] / (1 - alpha ** state["t"])) + eps)
