"""Both corrections moved into the rate and epsilon, the means changed in place."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    if not state:
        state.update(t=0, m=np.zeros_like(w), v=np.zeros_like(w))
    state["t"] += 1
    beta1, beta2 = betas
    state["m"] += (1 - beta1) * (g - state["m"])
    state["v"] += (1 - beta2) * (g * g - state["v"])
    scale = (1 - beta2 ** state["t"]) ** 0.5
    rate = lr * scale / (1 - beta1 ** state["t"])
    return w - rate * state["m"] / (np.sqrt(state["v"]) + eps * scale)
