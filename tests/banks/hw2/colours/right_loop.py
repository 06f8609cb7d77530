"""Pixel by pixel, with Python's own numbers."""

import numpy as np
import torch


def to_colours(picture):
    rows = [[int(level) / 255 for level in pixel] for row in picture for pixel in row]
    return torch.tensor(rows)


def to_picture(colours, height, width):
    levels = [round(255 * min(max(value, 0.0), 1.0)) for value in colours.flatten().tolist()]
    return np.array(levels, dtype=np.uint8).reshape(height, width, 3)
