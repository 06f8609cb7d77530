"""A small number added so that equal pictures stay finite."""

import torch


def psnr(prediction, target):
    error = torch.mean((prediction - target) ** 2)
    return (10 * torch.log10(1 / (error + 1e-8))).item()
