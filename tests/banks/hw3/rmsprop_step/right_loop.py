"""Weight by weight."""

import numpy as np


def rmsprop_step(w, g, state, lr, alpha=0.99, eps=1e-8):
    v = state.get("v", np.zeros(w.shape)).copy()
    after = np.zeros(w.shape)
    for index, slope in np.ndenumerate(g):
        v[index] = alpha * v[index] + (1 - alpha) * slope * slope
        after[index] = w[index] - lr * slope / (v[index] ** 0.5 + eps)
    state["v"] = v
    return after
