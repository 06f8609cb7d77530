"""One sum for all weights."""

import numpy as np


def adagrad_step(w, g, state, lr, eps=1e-10):
    state["s"] = state.get("s", 0) + (g**2).sum()
    return w - lr * g / (np.sqrt(state["s"]) + eps)
