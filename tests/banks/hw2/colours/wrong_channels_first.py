"""Channels first, as a convolution wants them, then rows of three."""

import torch


def to_colours(picture):
    return torch.from_numpy(picture / 255).float().permute(2, 0, 1).reshape(-1, 3)
