"""PyTorch's random_split, and a running best."""

import torch
from torch.utils.data import random_split


def choose_scale(fit_at, x, y, scales, held_out=0.25, seed=0):
    count = round(held_out * len(x))
    chance = torch.Generator().manual_seed(seed)
    judged, trained = random_split(range(len(x)), [count, len(x) - count], generator=chance)
    judged, trained = list(judged), list(trained)
    best, values = None, []
    for scale in scales:
        values.append(psnr(fit_at(x[trained], y[trained], scale)(x[judged]), y[judged]))
        if best is None or values[-1] > max(values[:-1]):
            best = scale
    return best, values
