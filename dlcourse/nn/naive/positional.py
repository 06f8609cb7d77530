"""Fourier features, one frequency at a time."""

import math

import numpy as np


def fourier_features(x, frequencies):
    """γ(x) = (sin 2π b₁·x, …, cos 2π b₁·x, …); as `dlcourse.nn.ops.fourier_features`."""
    count = len(frequencies)
    y = np.zeros((*x.shape[:-1], 2 * count), dtype=x.dtype)
    for point in np.ndindex(x.shape[:-1]):
        for f in range(count):
            angle = 2 * math.pi * sum(x[point] * frequencies[f])
            y[point][f], y[point][count + f] = math.sin(angle), math.cos(angle)

    def backward(dy):
        dx, dfrequencies = np.zeros_like(x), np.zeros_like(frequencies)
        for point in np.ndindex(x.shape[:-1]):
            for f in range(count):
                sine, cosine = y[point][f], y[point][count + f]
                dangle = dy[point][f] * cosine - dy[point][count + f] * sine
                dx[point] += 2 * math.pi * dangle * frequencies[f]
                dfrequencies[f] += 2 * math.pi * dangle * x[point]
        return dx, dfrequencies

    return y, backward
