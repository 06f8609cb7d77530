"""A score of zero counts as +1."""

import numpy as np


def perceptron_predict(x, weight, bias):
    return np.where(x @ weight + bias >= 0, 1, -1)
