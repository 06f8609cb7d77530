"""The first walk that diverges ends the sweep."""

import numpy as np


def sweep(step, loss_and_gradient, start, rates, steps):
    losses = []
    for lr in rates:
        w, state = start.copy(), {}
        for _ in range(steps):
            w = step(w, loss_and_gradient(w)[1], state, lr)
        loss = loss_and_gradient(w)[0]
        if not np.isfinite(loss):
            losses.append(np.inf)
            break
        losses.append(loss)
    return losses, rates[int(np.argmin(losses))]
