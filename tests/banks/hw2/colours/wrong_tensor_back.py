"""A tensor where a NumPy array was asked for."""

import torch


def to_picture(colours, height, width):
    return (255 * colours.clamp(0, 1)).round().to(torch.uint8).reshape(height, width, 3)
