"""The caller's gradient is squared in place."""

import numpy as np


def rmsprop_step(w, g, state, lr, alpha=0.99, eps=1e-8):
    step = lr * g
    g **= 2
    state["v"] = alpha * state.get("v", 0) + (1 - alpha) * g
    return w - step / (np.sqrt(state["v"]) + eps)
