"""As PyTorch does it, with 1e-6 beside the norm."""

import numpy as np


def clip_by_norm(gradients, max_norm):
    norms = [np.linalg.norm(g) for g in gradients]
    norm = np.linalg.norm(norms)
    scale = min(1.0, max_norm / (norm + 1e-6))
    return [g * scale for g in gradients], norm
