"""After `total` the rate is zero, whatever the floor."""

import numpy as np


def cosine_with_warmup(t, base, warmup, total, floor=0.0):
    if t < warmup:
        return base * (t + 1) / warmup
    if t > total:
        return 0.0
    share = (t - warmup) / (total - warmup)
    return floor + (base - floor) * (1 + np.cos(np.pi * share)) / 2
