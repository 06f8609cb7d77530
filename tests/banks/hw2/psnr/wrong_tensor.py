"""A tensor, not a number."""

import torch


def psnr(prediction, target):
    error = torch.mean((prediction - target) ** 2)
    return 10 * torch.log10(1 / error)
