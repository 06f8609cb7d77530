"""Short gradients grow to max_norm."""

import numpy as np


def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * max_norm / max(norm, 1e-12) for g in gradients], norm
