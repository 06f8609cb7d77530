"""The velocity is one array, changed in place."""

import numpy as np


def nesterov_step(w, g, state, lr, momentum=0.9):
    v = state.setdefault("v", np.zeros(w.shape))
    np.multiply(v, momentum, out=v)
    np.add(v, g, out=v)
    return w - lr * g - lr * momentum * v
