"""NumPy's clip and rint, and a division of tensors."""

import numpy as np
import torch


def to_colours(picture):
    height, width, channels = picture.shape
    return torch.tensor(picture, dtype=torch.float32).view(height * width, channels).div(255)


def to_picture(colours, height, width):
    levels = np.rint(np.clip(colours.numpy() * 255, 0, 255))
    return levels.astype(np.uint8).reshape(height, width, 3)
