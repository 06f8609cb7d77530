"""Row and column in the order of an array's indices: y before x."""

import torch


def pixel_coordinates(height, width):
    y = (torch.arange(height) + 0.5) / height
    x = (torch.arange(width) + 0.5) / width
    down, right = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([down, right], dim=-1).reshape(-1, 2)
