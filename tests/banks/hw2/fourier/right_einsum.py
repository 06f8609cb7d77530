"""Angles by einsum, a cosine as a shifted sine, NumPy's normal numbers."""

import numpy as np
import torch


def fourier_features(x, frequencies):
    angles = torch.einsum("nd,md->nm", x, 2 * torch.pi * frequencies)
    return torch.hstack([angles.sin(), (angles + torch.pi / 2).sin()])


def gaussian_frequencies(count, scale, dims=2, seed=0):
    waves = np.random.default_rng(seed).normal(0, scale, size=(count, dims))
    return torch.from_numpy(waves).float()
