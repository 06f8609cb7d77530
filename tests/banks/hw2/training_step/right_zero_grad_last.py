"""Gradients are forgotten at the end, for the next step."""

import torch


def training_step(model, optimizer, x, y):
    loss = torch.mean((model(x) - y) ** 2)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())
