"""The scale squared."""

import torch


def gaussian_frequencies(count, scale, dims=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return scale**2 * torch.randn(count, dims, generator=generator)
