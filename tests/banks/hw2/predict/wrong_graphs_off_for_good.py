"""Graphs are switched off for the whole program, and stay off."""

import torch


def predict(model, x, chunk=4096):
    torch.set_grad_enabled(False)
    return torch.cat([model(part) for part in x.split(chunk)])
