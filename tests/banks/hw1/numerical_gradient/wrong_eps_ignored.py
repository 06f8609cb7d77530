"""A step of its own, far too small: the difference drowns in rounding."""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += 1e-15
        down[index] -= 1e-15
        gradient[index] = (f(up) - f(down)) / 2e-15
    return gradient
