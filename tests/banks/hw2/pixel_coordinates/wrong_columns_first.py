"""The default order of an older meshgrid: the pixels run down the columns."""

import torch


def pixel_coordinates(height, width):
    x = (torch.arange(width) + 0.5) / width
    y = (torch.arange(height) + 0.5) / height
    right, down = torch.meshgrid(x, y, indexing="ij")
    return torch.stack([right, down], dim=-1).reshape(-1, 2)
