"""From -1 to 1, as grid_sample has it."""

import torch


def pixel_coordinates(height, width):
    x = (torch.arange(width) + 0.5) / width
    y = (torch.arange(height) + 0.5) / height
    down, right = torch.meshgrid(y, x, indexing="ij")
    return 2 * torch.stack([right, down], dim=-1).reshape(-1, 2) - 1
