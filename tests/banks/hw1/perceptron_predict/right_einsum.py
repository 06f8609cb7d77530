"""einsum for the scores, arithmetic on the comparison for the sides, floats as labels."""

import numpy as np


def perceptron_predict(x, weight, bias):
    return 2.0 * (np.einsum("nd,d->n", x, weight) + bias > 0) - 1.0
