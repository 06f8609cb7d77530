"""The first step has the rate zero."""

import numpy as np


def cosine_with_warmup(t, base, warmup, total, floor=0.0):
    if t < warmup:
        return base * t / warmup
    share = min(1, (t - warmup) / (total - warmup))
    return floor + (base - floor) * (1 + np.cos(np.pi * share)) / 2
