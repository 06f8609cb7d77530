"""One number at a time."""

import math

import torch


def sinusoids(x, levels):
    rows = []
    for place in x.tolist():
        row = []
        for value in place:
            for level in range(levels):
                angle = 2**level * math.pi * value
                row += [math.sin(angle), math.cos(angle)]
        rows.append(row)
    return torch.tensor(rows)
