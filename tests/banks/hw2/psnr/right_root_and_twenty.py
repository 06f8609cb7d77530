"""20 log of the root."""

import torch
from torch import nn


def psnr(prediction, target):
    root = nn.functional.mse_loss(prediction, target).sqrt()
    return float(-20 * torch.log10(root))
