"""torch.manual_seed, and float64 until the end."""

import torch
from torch import nn


def fourier_features(x, frequencies):
    angles = 2 * torch.pi * nn.functional.linear(x.double(), frequencies.double())
    return torch.cat((angles.sin(), angles.cos()), dim=-1).float()


def gaussian_frequencies(count, scale, dims=2, seed=0):
    torch.manual_seed(seed)
    return torch.normal(0.0, scale, size=(count, dims))
