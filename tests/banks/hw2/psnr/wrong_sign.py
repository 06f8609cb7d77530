"""10 log of the error itself: the better, the lower."""

import torch


def psnr(prediction, target):
    error = torch.mean((prediction - target) ** 2)
    return (10 * torch.log10(error)).item()
