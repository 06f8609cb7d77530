"""The fully connected layer."""

import numpy as np

from dlcourse.nn import init, ops
from dlcourse.nn.module import Module, Parameter
from dlcourse.random import default_rng


class Linear(Module):
    """y = x Wᵀ + b, with weight W: (out_features, in_features) and bias b: (out_features,).

    x: (..., in_features), y: (..., out_features). Both parameters start uniform in ±1/√in_features,
    as in PyTorch. rng: a generator or seed in place of the course's own.

    >>> layer = Linear(3, 2, rng=0)
    >>> y = layer(np.ones((4, 3), dtype=np.float32))
    >>> y.shape, layer.backward(np.ones_like(y)).shape, layer.weight.grad.shape
    ((4, 2), (4, 3), (2, 3))
    """

    can_skip_input_grad = True

    def __init__(self, in_features, out_features, bias=True, *, dtype=np.float32, rng=None):
        super().__init__()
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if not isinstance(size, int | np.integer) or size < 1:
                raise ValueError(f"Linear: {name} must be an integer of at least 1, got {size!r}")
        self.in_features, self.out_features = in_features, out_features
        bound = in_features**-0.5
        rng = default_rng(rng)
        self.weight = Parameter(np.empty((out_features, in_features), dtype=dtype))
        init.uniform_(self.weight, -bound, bound, rng=rng)
        self.bias = None
        if bias:
            self.bias = Parameter(np.empty(out_features, dtype=dtype))
            init.uniform_(self.bias, -bound, bound, rng=rng)

    def forward(self, x):
        bias = None if self.bias is None else self.bias.data
        y, backward = ops.linear(x, self.weight.data, bias)
        return y, self.adding_to(backward, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
