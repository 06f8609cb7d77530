"""The cosine before the sine."""

import torch


def sinusoids(x, levels):
    angles = x[:, :, None] * torch.pi * 2.0 ** torch.arange(levels)
    waves = torch.stack([torch.cos(angles), torch.sin(angles)], dim=-1)
    return waves.reshape(len(x), -1)
