"""Values by scale, with the error computed here."""

import math

import torch


def choose_scale(fit_at, x, y, scales, held_out=0.25, seed=0):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    parts = order.split([len(x) - round(held_out * len(x)), round(held_out * len(x))])
    (x_train, x_held), (y_train, y_held) = ([z[part] for part in parts] for z in (x, y))
    found = {}
    for scale in scales:
        error = ((fit_at(x_train, y_train, scale)(x_held) - y_held) ** 2).mean()
        found[scale] = -10 * math.log10(error)
    return max(found, key=found.get), list(found.values())
