"""One over the mean of all curvatures: right for two of them."""

import numpy as np


def best_rate(curvatures):
    rate = 1 / np.mean(curvatures)
    return rate, np.abs(1 - rate * curvatures).max()
