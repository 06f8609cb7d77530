"""The gradient is made to have length one."""

import numpy as np


def sgd_step(w, g, state, lr):
    return w - lr * g / np.linalg.norm(g)
