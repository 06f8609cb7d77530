"""All sines of x and y, then all cosines."""

import torch


def sinusoids(x, levels):
    angles = x[:, :, None] * torch.pi * 2.0 ** torch.arange(levels)
    angles = angles.reshape(len(x), -1)
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
