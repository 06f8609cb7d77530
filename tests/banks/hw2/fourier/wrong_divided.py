"""Divided by 2π."""

import torch


def fourier_features(x, frequencies):
    angles = x @ frequencies.T / (2 * torch.pi)
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
