"""It runs over the first axis only, and moves whole rows."""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        gradient[i] = (f(up) - f(down)) / (2 * eps)
    return gradient
