"""Three branches, with math."""

import math


def cosine_with_warmup(t, base, warmup, total, floor=0.0):
    if t > total:
        return floor
    if warmup and t < warmup:
        return base - base * (warmup - t - 1) / warmup
    middle, reach = (base + floor) / 2, (base - floor) / 2
    return middle + reach * math.cos(math.pi * (t - warmup) / (total - warmup))
