"""One number for all weights: the velocity is averaged."""

import numpy as np


def momentum_step(w, g, state, lr, momentum=0.9):
    state["v"] = momentum * state.get("v", 0) + np.mean(g)
    return w - lr * state["v"]
