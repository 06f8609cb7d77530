"""The condition as a factor of 0 or 1."""

import numpy as np


def perceptron_update(weight, bias, x_i, y_i):
    step = y_i * float(y_i * (np.sum(weight * x_i) + bias) <= 0)
    return weight + step * x_i, bias + step
