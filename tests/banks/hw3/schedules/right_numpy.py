"""NumPy's powers and floor, and the logarithm of the rate for the second."""

import numpy as np


def step_decay(t, base, step_size, gamma):
    return base * np.power(gamma, np.floor(t / step_size))


def exponential_decay(t, base, gamma):
    return float(np.exp(np.log(base) + t * np.log(gamma)))


def inverse_time_decay(t, base, k):
    return base * np.reciprocal(1.0 + k * t)
