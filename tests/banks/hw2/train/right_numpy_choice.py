"""NumPy draws the pixels."""

import numpy as np
import torch


def train(model, x, y, steps, batch_size=256, lr=3e-3, seed=0):
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr)

    def one_step():
        batch = torch.from_numpy(rng.choice(len(x), size=batch_size, replace=False))
        return training_step(model, optimizer, x[batch], y[batch])

    return [one_step() for _ in range(steps)]
