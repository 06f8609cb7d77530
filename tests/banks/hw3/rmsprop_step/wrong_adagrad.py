"""A sum that forgets nothing."""

import numpy as np


def rmsprop_step(w, g, state, lr, alpha=0.99, eps=1e-8):
    state["v"] = state.get("v", 0) + g**2
    return w - lr * g / (np.sqrt(state["v"]) + eps)
