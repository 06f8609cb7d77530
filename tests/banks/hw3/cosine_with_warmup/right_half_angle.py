"""By the half angle, with one clipped share."""

import numpy as np


def cosine_with_warmup(t, base, warmup, total, floor=0.0):
    if warmup > t:
        return (t + 1) * (base / warmup)
    p = np.clip((t - warmup) / (total - warmup), 0, 1)
    c = np.cos(np.pi * p / 2) ** 2
    return base * c + floor * (1 - c)
