"""range from 1: one step is missing."""

import torch


def train(model, x, y, steps, batch_size=256, lr=3e-3, seed=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(1, steps):
        batch = torch.randint(len(x), (batch_size,), generator=generator)
        losses.append(training_step(model, optimizer, x[batch], y[batch]))
    return losses
