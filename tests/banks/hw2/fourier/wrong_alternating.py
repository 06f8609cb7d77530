"""Sine and cosine in turn: the layout of the other encoding."""

import torch


def fourier_features(x, frequencies):
    angles = 2 * torch.pi * x @ frequencies.T
    return torch.stack([torch.sin(angles), torch.cos(angles)], dim=2).flatten(1)
