"""All arrays as one vector; a tuple comes back."""

import numpy as np


def clip_by_norm(gradients, max_norm):
    norm = float(np.linalg.norm(np.concatenate([g.ravel() for g in gradients])))
    if norm <= max_norm:
        return tuple(g.copy() for g in gradients), norm
    return tuple(g / norm * max_norm for g in gradients), norm
