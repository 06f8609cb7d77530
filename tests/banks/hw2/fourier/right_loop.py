"""One wave at a time; the standard library's normal numbers."""

import math
import random

import torch


def fourier_features(x, frequencies):
    rows = []
    for place in x.tolist():
        angles = [
            2 * math.pi * sum(a * b for a, b in zip(wave, place, strict=True))
            for wave in frequencies.tolist()
        ]
        rows.append([math.sin(angle) for angle in angles] + [math.cos(angle) for angle in angles])
    return torch.tensor(rows)


def gaussian_frequencies(count, scale, dims=2, seed=0):
    chance = random.Random(seed)
    rows = [[chance.gauss(0, scale) for _ in range(dims)] for _ in range(count)]
    return torch.tensor(rows)
