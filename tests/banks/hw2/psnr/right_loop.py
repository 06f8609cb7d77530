"""A sum in Python, and the case of equal pictures by itself."""

import math


def psnr(prediction, target):
    total = 0.0
    for a, b in zip(prediction.flatten().tolist(), target.flatten().tolist(), strict=True):
        total += (a - b) ** 2
    if total == 0:
        return math.inf
    return -10 * math.log10(total / target.numel())
