"""One count of all pixels; quotient and remainder give row and column."""

import torch


def pixel_coordinates(height, width):
    count = torch.arange(height * width)
    x, y = (count % width + 0.5) / width, (count // width + 0.5) / height
    return torch.cat([x[:, None], y[:, None]], dim=1)
