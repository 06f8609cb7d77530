"""The curve to zero is cut off at the floor."""

import numpy as np


def cosine_with_warmup(t, base, warmup, total, floor=0.0):
    if t < warmup:
        return base * (t + 1) / warmup
    share = min(1, (t - warmup) / (total - warmup))
    return max(floor, base * (1 + np.cos(np.pi * share)) / 2)
