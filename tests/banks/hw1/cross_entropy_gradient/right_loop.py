"""Entry by entry."""

import numpy as np


def cross_entropy_gradient(scores, labels):
    p = softmax(scores)
    gradient = np.empty(p.shape)
    for n in range(p.shape[0]):
        for k in range(p.shape[1]):
            gradient[n, k] = (p[n, k] - (1.0 if k == labels[n] else 0.0)) / p.shape[0]
    return gradient
