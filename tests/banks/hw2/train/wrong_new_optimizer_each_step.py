"""A new Adam in every step: it never remembers a slope."""

import torch


def train(model, x, y, steps, batch_size=256, lr=3e-3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(steps):
        batch = torch.randint(len(x), (batch_size,), generator=generator)
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        losses.append(training_step(model, optimizer, x[batch], y[batch]))
    return losses
