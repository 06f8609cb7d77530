"""From edge to edge: the first pixel at 0, the last one at 1."""

import torch


def pixel_coordinates(height, width):
    y, x = torch.linspace(0, 1, height), torch.linspace(0, 1, width)
    down, right = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([right, down], dim=-1).reshape(-1, 2)
