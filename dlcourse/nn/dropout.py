"""The dropout layer; the mathematics is in `dlcourse.nn.ops.dropout`."""

from dlcourse.nn import ops
from dlcourse.nn.module import Module
from dlcourse.random import default_rng


class Dropout(Module):
    """In training a number is 0 at probability p, else divided by 1 − p (Srivastava et al., 2014).

    x: any shape, y: of x's shape. Evaluation changes nothing. rng: a generator or seed in place of
    the course's own.

    >>> import numpy as np
    >>> layer = Dropout(0.5, rng=0)
    >>> layer(np.ones(6)), layer.eval()(np.ones(6))
    (array([2., 2., 2., 0., 0., 0.]), array([1., 1., 1., 1., 1., 1.]))
    """

    def __init__(self, p=0.5, *, rng=None):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout: p must lie in 0 to 1, got {p}")
        self.p = p
        self.rng = None if rng is None else default_rng(rng)

    def forward(self, x):
        return ops.dropout(x, self.p, self.training, self.rng)

    def extra_repr(self):
        return f"p={self.p}"
