"""clamp_ changes the caller's colours."""

import torch


def to_picture(colours, height, width):
    levels = (255 * colours.clamp_(0, 1)).round().to(torch.uint8)
    return levels.reshape(height, width, 3).numpy()
