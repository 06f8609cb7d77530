"""No formula: the crossing of the two outer lines is found by halving."""

import numpy as np


def best_rate(curvatures):
    low, high = 0.0, 2 / max(curvatures)
    for _ in range(100):
        rate = (low + high) / 2
        factors = 1 - rate * np.array(curvatures)
        if factors.max() > -factors.min():
            low = rate
        else:
            high = rate
    return rate, max(abs(factors))
