"""Every fourth pixel is held out: a comb, and no chance in it."""

import torch


def choose_scale(fit_at, x, y, scales, held_out=0.25, seed=0):
    every = round(1 / held_out)
    numbers = torch.arange(len(x))
    judged, trained = numbers[::every], numbers[numbers % every != 0]
    values = []
    for scale in scales:
        colours_at = fit_at(x[trained], y[trained], scale)
        values.append(psnr(colours_at(x[judged]), y[judged]))
    return scales[values.index(max(values))], values
