"""A gradient of zeros becomes nan."""

import numpy as np


def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    with np.errstate(all="ignore"):
        return [np.minimum(1, max_norm / norm) * norm * (g / norm) for g in gradients], norm
