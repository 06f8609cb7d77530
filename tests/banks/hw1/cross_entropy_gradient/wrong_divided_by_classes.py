"""Divided by the number of classes."""

import numpy as np


def cross_entropy_gradient(scores, labels):
    return (softmax(scores) - np.eye(scores.shape[1])[labels]) / scores.shape[1]
