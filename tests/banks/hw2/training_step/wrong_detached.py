"""The answer is detached: nothing can learn."""

from torch import nn


def training_step(model, optimizer, x, y):
    loss = nn.functional.mse_loss(model(x).detach(), y)
    loss.requires_grad_(True)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
