"""The count of mistakes is not set back at the start of an epoch."""

import numpy as np


def perceptron_train(x, y, max_epochs=100):
    weight, bias, mistakes, wrong = np.zeros(x.shape[1]), 0.0, [], 0
    for _ in range(max_epochs):
        before = wrong
        for x_i, y_i in zip(x, y, strict=True):
            wrong += int(y_i * (x_i @ weight + bias) <= 0)
            weight, bias = perceptron_update(weight, bias, x_i, y_i)
        mistakes.append(wrong)
        if wrong == before:
            break
    return weight, bias, mistakes
