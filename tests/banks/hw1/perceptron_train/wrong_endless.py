"""It goes on until there is no mistake, and on XOR there always is one."""

import numpy as np


def perceptron_train(x, y, max_epochs=100):
    weight, bias, mistakes = np.zeros(x.shape[1]), 0.0, [1]
    while mistakes[-1] > 0:
        wrong = 0
        for x_i, y_i in zip(x, y, strict=True):
            if y_i * (x_i @ weight + bias) <= 0:
                weight, bias, wrong = weight + y_i * x_i, bias + y_i, wrong + 1
        mistakes.append(wrong)
    return weight, bias, mistakes[1:]
