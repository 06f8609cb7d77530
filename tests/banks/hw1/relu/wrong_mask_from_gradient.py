"""The gradient's own sign decides what passes."""

import numpy as np


def relu_backward(dy, z):
    return np.maximum(dy, 0)
