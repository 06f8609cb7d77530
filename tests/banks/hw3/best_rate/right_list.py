"""The two numbers as a list, by way of the middle of the range."""

import numpy as np


def best_rate(curvatures):
    middle = curvatures.min() + np.ptp(curvatures) / 2
    return [1 / middle, 1 - curvatures.min() / middle]
