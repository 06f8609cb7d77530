"""Half of z plus its size; the mask from the output; work on a copy."""

import numpy as np


def relu(z):
    return (z + np.abs(z)) / 2


def relu_backward(dy, z):
    gradient = dy.copy()
    gradient[relu(z) == 0] = 0
    return gradient
