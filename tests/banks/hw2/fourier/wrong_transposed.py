"""One wave a column."""

import torch


def gaussian_frequencies(count, scale, dims=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(dims, count, generator=generator)
