"""No count of steps: the powers of the betas are kept."""

import numpy as np


def adam_step(w, g, state, lr, betas=(0.9, 0.999), eps=1e-8):
    means = []
    for name, beta, value in [("m", betas[0], g), ("v", betas[1], np.square(g))]:
        mean, power = state.get(name, (np.zeros(w.shape), 1.0))
        mean, power = beta * mean + (1 - beta) * value, power * beta
        state[name] = (mean, power)
        means.append(mean / (1 - power))
    return w - lr * means[0] / (means[1] ** 0.5 + eps)
