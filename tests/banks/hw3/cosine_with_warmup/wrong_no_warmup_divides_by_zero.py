"""The line is computed even where there is no warm-up."""

import numpy as np


def cosine_with_warmup(t, base, warmup, total, floor=0.0):
    line = base * (t + 1) / warmup
    share = min(1, max(0, t - warmup) / (total - warmup))
    return min(line, floor + (base - floor) * (1 + np.cos(np.pi * share)) / 2)
