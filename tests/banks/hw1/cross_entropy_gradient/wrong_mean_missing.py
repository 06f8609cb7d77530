"""The division by the batch's size is missing."""

import numpy as np


def cross_entropy_gradient(scores, labels):
    gradient = softmax(scores)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient
