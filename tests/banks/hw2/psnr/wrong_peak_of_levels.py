"""The peak of levels, 255, for colours in 0..1."""

import torch


def psnr(prediction, target):
    error = torch.mean((prediction - target) ** 2)
    return (10 * torch.log10(255**2 / error)).item()
