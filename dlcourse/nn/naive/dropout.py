"""Dropout, one number at a time."""

import numpy as np

from dlcourse.random import default_rng


def dropout(x, p=0.5, training=True, rng=None):
    """A number is 0 at probability p, else divided by 1 − p. As `dlcourse.nn.ops.dropout`."""
    rng, factor = default_rng(rng), np.ones_like(x)
    if training:
        for place in np.ndindex(x.shape):
            factor[place] = 0.0 if rng.random(dtype=np.float32) < p else 1 / (1 - p)
    y = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        y[place] = x[place] * factor[place]

    def backward(dy):
        dx = np.zeros_like(x)
        for place in np.ndindex(x.shape):
            dx[place] = dy[place] * factor[place]
        return dx

    return y, backward
