"""The largest scale wins."""

import torch


def choose_scale(fit_at, x, y, scales, held_out=0.25, seed=0):
    shuffled = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    count = round(held_out * len(x))
    judged, trained = shuffled[:count], shuffled[count:]
    values = []
    for scale in scales:
        colours_at = fit_at(x[trained], y[trained], scale)
        values.append(psnr(colours_at(x[judged]), y[judged]))
    return max(scales), values
