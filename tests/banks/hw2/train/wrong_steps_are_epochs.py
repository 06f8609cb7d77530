"""`steps` taken for passes through all pixels."""

import torch


def train(model, x, y, steps, batch_size=256, lr=3e-3, seed=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(steps):
        for batch in torch.randperm(len(x), generator=generator).split(batch_size):
            losses.append(training_step(model, optimizer, x[batch], y[batch]))
    return losses
