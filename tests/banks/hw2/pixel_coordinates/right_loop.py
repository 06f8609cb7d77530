"""Pixel by pixel."""

import torch


def pixel_coordinates(height, width):
    places = [((j + 0.5) / width, (i + 0.5) / height) for i in range(height) for j in range(width)]
    return torch.tensor(places, dtype=torch.float32)
