"""The first of a new permutation in each step; the loop written out."""

import torch


def train(model, x, y, steps, batch_size=256, lr=3e-3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        batch = torch.randperm(len(x), generator=generator)[:batch_size]
        optimizer.zero_grad()
        error = model(x[batch]) - y[batch]
        loss = (error * error).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
