"""np.where for both."""

import numpy as np


def relu(z):
    return np.where(z > 0, z, 0.0)


def relu_backward(dy, z):
    return np.where(z > 0, dy, 0.0)
