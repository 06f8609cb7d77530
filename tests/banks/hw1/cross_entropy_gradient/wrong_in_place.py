"""The scores are used as working space."""

import numpy as np


def cross_entropy_gradient(scores, labels):
    scores[:] = softmax(scores)
    scores[np.arange(len(labels)), labels] -= 1
    return scores / len(labels)
