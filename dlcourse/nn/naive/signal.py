"""Convolution and cross-correlation of signals, one product at a time.

Everything outside the arrays is 0, and the result is the full one: every place where the two
overlap.
"""

import numpy as np


def convolve(a, v):
    """y[n] = Σₘ a[n − m] · v[m], for 0 ≤ n < len(a) + len(v) − 1."""
    y = np.zeros(len(a) + len(v) - 1, dtype=np.result_type(a, v))
    for n in range(len(y)):
        for m in range(len(v)):
            if 0 <= n - m < len(a):
                y[n] += a[n - m] * v[m]
    return y


def correlate(a, v):
    """y[k] = Σₙ a[n + k] · v̄[n], for −len(v) < k < len(a); the first element is k = 1 − len(v)."""
    y = np.zeros(len(a) + len(v) - 1, dtype=np.result_type(a, v))
    for k in range(1 - len(v), len(a)):
        for n in range(len(v)):
            if 0 <= n + k < len(a):
                y[k + len(v) - 1] += a[n + k] * np.conj(v[n])
    return y


def convolve2d(in1, in2):
    """y[i, j] = Σ_{u, v} in1[i − u, j − v] · in2[u, v]."""
    (height, width), (down, across) = in1.shape, in2.shape
    y = np.zeros((height + down - 1, width + across - 1), dtype=np.result_type(in1, in2))
    for i, j in np.ndindex(y.shape):
        for u, v in np.ndindex(in2.shape):
            if 0 <= i - u < height and 0 <= j - v < width:
                y[i, j] += in1[i - u, j - v] * in2[u, v]
    return y


def correlate2d(in1, in2):
    """y[i, j] = Σ_{u, v} in1[i + u, j + v] · in2[u, v] conjugated, from i = 1 − h, j = 1 − w."""
    (height, width), (down, across) = in1.shape, in2.shape
    y = np.zeros((height + down - 1, width + across - 1), dtype=np.result_type(in1, in2))
    for i in range(1 - down, height):
        for j in range(1 - across, width):
            for u, v in np.ndindex(in2.shape):
                if 0 <= i + u < height and 0 <= j + v < width:
                    y[i + down - 1, j + across - 1] += in1[i + u, j + v] * np.conj(in2[u, v])
    return y
