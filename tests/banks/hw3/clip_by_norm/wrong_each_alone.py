"""Each array has a norm of its own."""

import numpy as np


def clip_by_norm(gradients, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * min(1, max_norm / max(np.linalg.norm(g), 1e-12)) for g in gradients], norm
