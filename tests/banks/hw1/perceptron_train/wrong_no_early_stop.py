"""It always runs through max_epochs."""

import numpy as np


def perceptron_train(x, y, max_epochs=100):
    weight, bias, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(max_epochs):
        wrong = 0
        for x_i, y_i in zip(x, y, strict=True):
            wrong += int(y_i * (x_i @ weight + bias) <= 0)
            weight, bias = perceptron_update(weight, bias, x_i, y_i)
        mistakes.append(wrong)
    return weight, bias, mistakes
