"""It stops at the first example that is classified right."""

import numpy as np


def perceptron_train(x, y, max_epochs=100):
    weight, bias, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(max_epochs):
        wrong = 0
        for x_i, y_i in zip(x, y, strict=True):
            if y_i * (x_i @ weight + bias) > 0:
                break
            weight, bias, wrong = weight + y_i * x_i, bias + y_i, wrong + 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return weight, bias, mistakes
