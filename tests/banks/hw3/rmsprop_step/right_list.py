"""The mean is kept as a nested list, the root is a power."""

import numpy as np


def rmsprop_step(w, g, state, lr, alpha=0.99, eps=1e-8):
    old = np.array(state.get("v", np.zeros(w.shape).tolist()))
    new = alpha * old + (1.0 - alpha) * np.power(g, 2)
    state["v"] = new.tolist()
    return w - lr * (g / (new**0.5 + eps))
