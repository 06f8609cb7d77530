"""Stretched from the darkest to the brightest colour."""

import torch


def to_picture(colours, height, width):
    stretched = (colours - colours.min()) / (colours.max() - colours.min())
    return (255 * stretched).round().to(torch.uint8).reshape(height, width, 3).numpy()
