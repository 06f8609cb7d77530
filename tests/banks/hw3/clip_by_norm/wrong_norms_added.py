"""The norms of the arrays are added up."""

import numpy as np


def clip_by_norm(gradients, max_norm):
    norm = sum(np.linalg.norm(g) for g in gradients)
    return [g * min(1, max_norm / max(norm, 1e-12)) for g in gradients], norm
