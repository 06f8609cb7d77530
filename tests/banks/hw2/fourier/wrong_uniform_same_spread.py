"""Uniform, with the right standard deviation."""

import torch


def gaussian_frequencies(count, scale, dims=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return scale * 12**0.5 * (torch.rand(count, dims, generator=generator) - 0.5)
