"""The amounts of normal numbers: no wave runs to the left."""

import torch


def gaussian_frequencies(count, scale, dims=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(count, dims, generator=generator).abs()
