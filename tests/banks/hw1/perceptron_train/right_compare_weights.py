"""A mistake is counted where the update has changed something."""

import numpy as np


def perceptron_train(x, y, max_epochs=100):
    weight, bias, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _epoch in range(max_epochs):
        count = 0
        for n in range(x.shape[0]):
            new_weight, new_bias = perceptron_update(weight, bias, x[n], y[n])
            if new_bias != bias:
                count += 1
            weight, bias = new_weight, new_bias
        mistakes += [count]
        if not count:
            return weight, bias, mistakes
    return weight, bias, mistakes
