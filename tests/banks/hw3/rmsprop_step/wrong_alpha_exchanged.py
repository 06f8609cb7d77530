"""Alpha is the share of the new square."""

import numpy as np


def rmsprop_step(w, g, state, lr, alpha=0.99, eps=1e-8):
    state["v"] = (1 - alpha) * state.get("v", 0) + alpha * g**2
    return w - lr * g / (np.sqrt(state["v"]) + eps)
