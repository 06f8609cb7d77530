"""The scale taken for the variance."""

import torch


def gaussian_frequencies(count, scale, dims=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return scale**0.5 * torch.randn(count, dims, generator=generator)
