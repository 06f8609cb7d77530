"""Adam with a constant rate, written in place."""

import numpy as np


def cross_valley(loss_and_gradient, start):
    w = start.copy()
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, 101):
        _, g = loss_and_gradient(w)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        w -= 0.7 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w
