"""The loss that the last step began with."""

import numpy as np


def sweep(step, loss_and_gradient, start, rates, steps):
    losses = []
    for lr in rates:
        w, state = start.copy(), {}
        for _ in range(steps):
            loss, g = loss_and_gradient(w)
            w = step(w, g, state, lr)
        losses.append(loss if np.isfinite(loss) else np.inf)
    return losses, rates[int(np.argmin(losses))]
