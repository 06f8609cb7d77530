"""The cosine of degrees."""

import numpy as np


def cosine_with_warmup(t, base, warmup, total, floor=0.0):
    if t < warmup:
        return base * (t + 1) / warmup
    share = min(1, (t - warmup) / (total - warmup))
    return floor + (base - floor) * (1 + np.cos(180 * share)) / 2
