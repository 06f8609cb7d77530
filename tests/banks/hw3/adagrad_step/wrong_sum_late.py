"""The newest gradient enters the sum after the step."""

import numpy as np


def adagrad_step(w, g, state, lr, eps=1e-10):
    s = state.get("s", np.zeros_like(g))
    state["s"] = s + g**2
    return w - lr * g / (np.sqrt(s) + eps)
