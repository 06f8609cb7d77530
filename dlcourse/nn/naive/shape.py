"""Moving numbers, one at a time."""

from math import prod

import numpy as np


def flatten(x, start_dim=0, end_dim=-1):
    """Reading order stays; several axes become one. As `dlcourse.nn.ops.flatten`."""
    axes = max(x.ndim, 1)
    first, last = start_dim % axes, end_dim % axes
    shape = (*x.shape[:first], prod(x.shape[first : last + 1]), *x.shape[last + 1 :])
    y = np.zeros(shape, dtype=x.dtype)
    for out, place in zip(np.ndindex(shape), np.ndindex(x.shape), strict=True):
        y[out] = x[place]

    def backward(dy):
        dx = np.zeros_like(x)
        for out, place in zip(np.ndindex(shape), np.ndindex(x.shape), strict=True):
            dx[place] = dy[out]
        return dx

    return y, backward
