"""RMSProp's root under a velocity, with a corrected mean and a cosine."""

import numpy as np


def cross_valley(loss_and_gradient, start):
    w, v, direction = start.copy(), 0.0, 0.0
    for t in range(99):
        g = loss_and_gradient(w)[1]
        v = 0.99 * v + 0.01 * g**2
        direction = 0.9 * direction + g / (np.sqrt(v / (1 - 0.99 ** (t + 1))) + 1e-8)
        w = w - 0.1 * np.cos(np.pi * t / 250) * direction
    return w
