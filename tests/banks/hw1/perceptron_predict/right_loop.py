"""A loop over the examples and over their numbers."""

import numpy as np


def perceptron_predict(x, weight, bias):
    sides = []
    for row in x:
        score = bias
        for value, factor in zip(row, weight, strict=True):
            score += value * factor
        sides.append(1 if score > 0 else -1)
    return np.array(sides)
