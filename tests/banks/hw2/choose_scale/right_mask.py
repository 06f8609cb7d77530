"""A mask of the held-out pixels, and NumPy's argmax."""

import numpy as np
import torch


def choose_scale(fit_at, x, y, scales, held_out=0.25, seed=0):
    rng = np.random.default_rng(seed)
    aside = np.zeros(len(x), dtype=bool)
    aside[rng.choice(len(x), round(held_out * len(x)), replace=False)] = True
    aside = torch.from_numpy(aside)
    values = []
    for scale in scales:
        predicted = fit_at(x[~aside], y[~aside], scale)(x[aside])
        values.append(psnr(predicted, y[aside]))
    return scales[int(np.argmax(values))], values
