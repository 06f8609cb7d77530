"""Joined along the axis of the places."""

import torch


def fourier_features(x, frequencies):
    angles = 2 * torch.pi * x @ frequencies.T
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=0)
