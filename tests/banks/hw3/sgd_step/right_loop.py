"""Entry by entry."""

import numpy as np


def sgd_step(w, g, state, lr):
    after = np.empty(w.shape)
    for index in np.ndindex(w.shape):
        after[index] = w[index] - lr * g[index]
    return after
