"""Absolute values are added up, without squares and root."""

import numpy as np


def adagrad_step(w, g, state, lr, eps=1e-10):
    state["s"] = state.get("s", 0) + np.abs(g)
    return w - lr * g / (state["s"] + eps)
