"""The mean moves towards the new square, in place."""

import numpy as np


def rmsprop_step(w, g, state, lr, alpha=0.99, eps=1e-8):
    v = state.setdefault("v", np.zeros_like(w))
    v += (1 - alpha) * (g * g - v)
    return w - lr * g / (np.sqrt(v) + eps)
