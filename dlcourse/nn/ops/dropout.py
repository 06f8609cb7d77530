"""Dropout: numbers left out at random."""

import numpy as np

from dlcourse.nn.ops.operation import operation
from dlcourse.random import default_rng


@operation("x")
def dropout(x, p=0.5, training=True, rng=None):
    """y = x · m / (1 − p), with m = 0 at probability p, else 1 (Srivastava et al., 2014).

    x: any shape; p: 0 to 1; rng: a generator or seed in place of the course's own. Returns y of
    x's shape and backward: dL/dx = dL/dy · m / (1 − p). The division ("inverted" dropout) keeps the
    mean of y at x, so that evaluation, training=False, leaves x as it is. Raises ValueError for
    another p.

    >>> dropout(np.ones(6), p=0.5, rng=0)[0]
    array([2., 2., 2., 0., 0., 0.])
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout: p must lie in 0 to 1, got {p}")
    p = float(p)
    if not training or p == 0:
        return x, lambda dy: dy
    kept = default_rng(rng).random(x.shape, dtype=np.float32) >= p
    factor = 0 if p == 1 else 1 / (1 - p)

    def backward(dy):
        return dy * kept * factor

    return x * kept * factor, backward
