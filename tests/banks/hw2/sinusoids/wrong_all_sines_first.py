"""All sines of a coordinate, then all cosines: the layout of the other encoding."""

import torch


def sinusoids(x, levels):
    angles = x[:, :, None] * torch.pi * 2.0 ** torch.arange(levels)
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=-1).reshape(len(x), -1)
