"""A split of its own for every scale."""

import torch


def choose_scale(fit_at, x, y, scales, held_out=0.25, seed=0):
    generator = torch.Generator().manual_seed(seed)
    count = round(held_out * len(x))
    values = []
    for scale in scales:
        shuffled = torch.randperm(len(x), generator=generator)
        judged, trained = shuffled[:count], shuffled[count:]
        colours_at = fit_at(x[trained], y[trained], scale)
        values.append(psnr(colours_at(x[judged]), y[judged]))
    return scales[values.index(max(values))], values
