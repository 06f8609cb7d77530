"""A difference from one side, and its error of order eps."""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        up = x.copy()
        up[index] += eps
        gradient[index] = (f(up) - f(x)) / eps
    return gradient
