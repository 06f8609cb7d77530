"""The gradients asked for by name and handed to the parameters."""

import torch


def training_step(model, optimizer, x, y):
    error = model(x) - y
    loss = error.square().sum() / error.numel()
    parameters = list(model.parameters())
    for parameter, slope in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        parameter.grad = slope
    optimizer.step()
    return loss.item()
