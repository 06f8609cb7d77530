"""Height and width are exchanged."""

import torch


def to_picture(colours, height, width):
    levels = (255 * colours.clamp(0, 1)).round().to(torch.uint8)
    return levels.reshape(width, height, 3).numpy()
