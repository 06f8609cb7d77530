"""The entries of the caller's list are replaced."""

import numpy as np


def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    for i, g in enumerate(gradients):
        gradients[i] = g * min(1, max_norm / max(norm, 1e-12))
    return gradients, norm
