"""The mean of the squares in the place of their sum."""

import numpy as np


def adagrad_step(w, g, state, lr, eps=1e-10):
    state["t"] = state.get("t", 0) + 1
    state["s"] = state.get("s", 0) + g**2
    return w - lr * g / (np.sqrt(state["s"] / state["t"]) + eps)
