"""Still in the shape of the picture."""

import torch


def pixel_coordinates(height, width):
    x = (torch.arange(width) + 0.5) / width
    y = (torch.arange(height) + 0.5) / height
    down, right = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([right, down], dim=-1)
