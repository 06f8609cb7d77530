"""The sum is one array, changed in place."""

import numpy as np


def adagrad_step(w, g, state, lr, eps=1e-10):
    if "s" not in state:
        state["s"] = np.zeros_like(w)
    state["s"] += g * g
    return w - lr / (np.sqrt(state["s"]) + eps) * g
