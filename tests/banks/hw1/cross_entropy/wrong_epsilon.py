"""A small number inside the logarithm hides the overflow and puts a bound on the loss."""

import numpy as np


def cross_entropy(scores, labels):
    return -np.log(softmax(scores)[np.arange(len(labels)), labels] + 1e-12).mean()
