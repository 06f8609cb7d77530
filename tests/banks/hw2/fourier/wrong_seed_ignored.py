"""Other waves in every call."""

import torch


def gaussian_frequencies(count, scale, dims=2, seed=0):
    return scale * torch.randn(count, dims)
