"""Shuffled, cut into batches, shuffled again when they are used up."""

import torch


def train(model, x, y, steps, batch_size=256, lr=3e-3, seed=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    losses, waiting = [], []
    while len(losses) < steps:
        if not waiting:
            waiting = list(torch.randperm(len(x), generator=generator).split(batch_size))
        batch = waiting.pop()
        losses.append(training_step(model, optimizer, x[batch], y[batch]))
    return losses
