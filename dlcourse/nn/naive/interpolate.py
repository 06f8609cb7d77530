"""Resizing images, one output at a time."""

import math
from fractions import Fraction

import numpy as np

from dlcourse.nn.naive.conv import both


def sources(inputs, outputs, step, mode, align_corners):
    """For every output along an axis the inputs that it mixes, with their weights."""
    result = []
    for i in range(outputs):
        if mode == "nearest":
            result.append([(min(math.floor(i * step), inputs - 1), 1.0)])
            continue
        position = max((i + 0.5) * float(step) - 0.5, 0.0)
        if align_corners:
            position = i * (inputs - 1) / (outputs - 1) if outputs > 1 else 0.0
        position = min(position, inputs - 1)
        before = math.floor(position)
        after = min(before + 1, inputs - 1)
        result.append([(before, 1 - (position - before)), (after, position - before)])
    return result


def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Each output mixes one, or two by two, inputs. As `dlcourse.nn.ops.interpolate`."""
    if size is None:
        factors = both(scale_factor)
        sizes = [math.floor(x.shape[2 + a] * factors[a]) for a in range(2)]
        steps = [1 / factor for factor in factors]
    else:
        sizes = both(size)
        steps = [Fraction(x.shape[2 + a], sizes[a]) for a in range(2)]
    rows, columns = (
        sources(x.shape[2 + a], sizes[a], steps[a], mode, align_corners) for a in range(2)
    )
    y = np.zeros((*x.shape[:2], *sizes), dtype=x.dtype)

    def parts(i, j):
        return [(h, w, a * b) for h, a in rows[i] for w, b in columns[j]]

    for n, c, i, j in np.ndindex(y.shape):
        for h, w, share in parts(i, j):
            y[n, c, i, j] += share * x[n, c, h, w]

    def backward(dy):
        dx = np.zeros_like(x)
        for n, c, i, j in np.ndindex(y.shape):
            for h, w, share in parts(i, j):
                dx[n, c, h, w] += share * dy[n, c, i, j]
        return dx

    return y, backward
