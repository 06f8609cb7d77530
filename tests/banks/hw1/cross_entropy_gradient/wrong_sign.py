"""Right minus predicted."""

import numpy as np


def cross_entropy_gradient(scores, labels):
    return (np.eye(scores.shape[1])[labels] - softmax(scores)) / len(labels)
