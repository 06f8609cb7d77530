"""The gradients are there and nobody takes the step."""

from torch import nn


def training_step(model, optimizer, x, y):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    return loss.item()
