"""Judged by all pixels, those of the training among them."""

import torch


def choose_scale(fit_at, x, y, scales, held_out=0.25, seed=0):
    shuffled = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    count = round(held_out * len(x))
    trained = shuffled[count:]
    values = []
    for scale in scales:
        colours_at = fit_at(x[trained], y[trained], scale)
        values.append(psnr(colours_at(x), y))
    return scales[values.index(max(values))], values
