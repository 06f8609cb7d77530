"""Uniform between -scale and scale."""

import torch


def gaussian_frequencies(count, scale, dims=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return scale * (2 * torch.rand(count, dims, generator=generator) - 1)
