"""Blue, green, red."""

import numpy as np
import torch


def to_colours(picture):
    return torch.from_numpy(picture[:, :, ::-1].reshape(-1, 3) / np.float32(255))
