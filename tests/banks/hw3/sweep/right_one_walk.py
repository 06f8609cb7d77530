"""A function for one walk; the best by sorting; losses as an array."""

import numpy as np


def one_walk(step, loss_and_gradient, start, lr, steps):
    w, memory = np.array(start), {}
    while steps > 0:
        _, g = loss_and_gradient(w)
        w, steps = step(w, g, memory, lr), steps - 1
    loss, _ = loss_and_gradient(w)
    return loss if np.isfinite(loss) else float("inf")


def sweep(step, loss_and_gradient, start, rates, steps):
    losses = np.array([one_walk(step, loss_and_gradient, start, lr, steps) for lr in rates])
    return losses, rates[np.argsort(losses, kind="stable")[0]]
