"""x repeated for every row, y for every column."""

import torch


def pixel_coordinates(height, width):
    x = torch.linspace(0.5 / width, 1 - 0.5 / width, width)
    y = torch.linspace(0.5 / height, 1 - 0.5 / height, height)
    return torch.stack([x.repeat(height), y.repeat_interleave(width)], dim=1)
