"""The mean over the batch is taken of the gradient itself."""

import numpy as np


def cross_entropy_gradient(scores, labels):
    return (softmax(scores) - np.eye(scores.shape[1])[labels]).mean(axis=0)
