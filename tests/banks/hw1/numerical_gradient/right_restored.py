"""In place, and every entry put back."""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    gradient = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        old = x[index]
        x[index] = old + eps
        up = f(x)
        x[index] = old - eps
        down = f(x)
        x[index] = old
        gradient[index] = (up - down) / (2 * eps)
    return gradient
