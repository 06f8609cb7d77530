"""20 log, which goes with the root, of the squared error."""

import torch


def psnr(prediction, target):
    error = torch.mean((prediction - target) ** 2)
    return (20 * torch.log10(1 / error)).item()
