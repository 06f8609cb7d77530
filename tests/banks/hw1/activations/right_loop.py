"""One number at a time, with the form of the sigmoid that suits its sign."""

import math

import numpy as np


def _one(value):
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    return math.exp(value) / (1 + math.exp(value))


def sigmoid(z):
    return np.array([_one(value) for value in np.ravel(z)]).reshape(np.shape(z))


def sigmoid_derivative(z):
    flat = [_one(value) * (1 - _one(value)) for value in np.ravel(z)]
    return np.array(flat).reshape(np.shape(z))


def tanh_derivative(z):
    return 4 * sigmoid_derivative(2 * z)
