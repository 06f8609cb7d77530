"""Each number is cut off."""

import numpy as np


def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    return [np.clip(g, -max_norm, max_norm) for g in gradients], norm
