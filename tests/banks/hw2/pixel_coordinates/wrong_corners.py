"""The upper left corners of the pixels, not their centres."""

import torch


def pixel_coordinates(height, width):
    y = torch.arange(height) / height
    x = torch.arange(width) / width
    down, right = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([right, down], dim=-1).reshape(-1, 2)
