"""gamma is taken for the constant in the exponent."""

import numpy as np


def exponential_decay(t, base, gamma):
    return base * np.exp(-gamma * t)
