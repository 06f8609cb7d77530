"""The velocity is one array, changed in place."""

import numpy as np


def momentum_step(w, g, state, lr, momentum=0.9):
    v = state.setdefault("v", np.zeros_like(w))
    v *= momentum
    v += g
    return w - lr * v
