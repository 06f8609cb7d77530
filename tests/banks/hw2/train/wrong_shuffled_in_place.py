"""The caller's pixels are shuffled."""

import torch


def train(model, x, y, steps, batch_size=256, lr=3e-3, seed=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(steps):
        order = torch.randperm(len(x), generator=generator)
        x[:], y[:] = x[order], y[order]
        losses.append(training_step(model, optimizer, x[:batch_size], y[:batch_size]))
    return losses
