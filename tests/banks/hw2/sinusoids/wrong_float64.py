"""NumPy's float64."""

import numpy as np
import torch


def sinusoids(x, levels):
    angles = x.numpy()[:, :, None].astype(float) * np.pi * 2.0 ** np.arange(levels)
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return torch.from_numpy(waves.reshape(len(x), -1))
