"""The sum is not kept: the sign of the gradient remains."""

import numpy as np


def adagrad_step(w, g, state, lr, eps=1e-10):
    s = state.get("s", 0) + g**2
    return w - lr * g / (np.sqrt(s) + eps)
