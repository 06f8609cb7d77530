"""Cut off where it should round."""

import torch


def to_picture(colours, height, width):
    return (255 * colours.clamp(0, 1)).reshape(height, width, 3).to(torch.uint8).numpy()
