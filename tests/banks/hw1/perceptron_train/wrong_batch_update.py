"""All mistakes of an epoch are corrected at once at its end: another rule."""

import numpy as np


def perceptron_train(x, y, max_epochs=100):
    weight, bias, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(max_epochs):
        wrong = y * (x @ weight + bias) <= 0
        mistakes.append(int(wrong.sum()))
        if not wrong.any():
            break
        weight = weight + (y[wrong, None] * x[wrong]).sum(axis=0)
        bias = bias + y[wrong].sum()
    return weight, bias, mistakes
