"""Work in place, on a copy."""

import numpy as np


def perceptron_update(weight, bias, x_i, y_i):
    weight = np.array(weight, dtype=np.float64)
    score = sum(weight[d] * x_i[d] for d in range(len(weight))) + bias
    if score * y_i <= 0:
        for d in range(len(weight)):
            weight[d] += y_i * x_i[d]
        bias = bias + y_i
    return weight, bias
