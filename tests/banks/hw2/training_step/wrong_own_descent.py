"""A step of gradient descent by hand; the optimizer is ignored."""

import torch
from torch import nn


def training_step(model, optimizer, x, y):
    loss = nn.functional.mse_loss(model(x), y)
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= optimizer.param_groups[0]["lr"] * parameter.grad
    return loss.item()
