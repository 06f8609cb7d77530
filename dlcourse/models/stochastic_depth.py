"""Stochastic depth: a residual branch is left out for some images, and nothing else changes."""

import torch
from torch import nn


class StochasticDepth(nn.Module):
    """In training each example's branch is dropped with probability p, or divided by 1 − p.

    x: (N, ...), what a residual branch computed; of the same shape what is added to the shortcut.
    In eval mode, and with p = 0, it is x itself. Source: Huang, Sun, Liu, Sedra and Weinberger,
    Deep networks with stochastic depth, 2016.

    >>> StochasticDepth(0.2).eval()(torch.ones(1, 2))
    tensor([[1., 1.]])
    """

    def __init__(self, p):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"StochasticDepth: p lies in [0, 1), got {p}")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        keep = torch.empty(len(x), *[1] * (x.ndim - 1), dtype=x.dtype, device=x.device)
        return x * keep.bernoulli_(1 - self.p) / (1 - self.p)

    def extra_repr(self):
        return f"p={self.p}"


def rates(highest, depth):
    """The rate of each of `depth` blocks: from 0 in equal steps towards `highest`.

    >>> rates(0.2, 4)
    [0.0, 0.05, 0.1, 0.15000000000000002]
    """
    return [highest * block / depth for block in range(depth)]
