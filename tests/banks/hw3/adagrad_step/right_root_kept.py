"""The root of the sum is kept, and grows as a hypotenuse."""

import numpy as np


def adagrad_step(w, g, state, lr, eps=1e-10):
    state["root"] = np.hypot(state.get("root", np.zeros(w.shape)), g)
    return w - lr * np.divide(g, state["root"] + eps)
