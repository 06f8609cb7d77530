"""Layers that normalize each example by itself: layer and group norm."""

import numpy as np

from dlcourse.nn import ops
from dlcourse.nn.module import Module, Parameter
from dlcourse.nn.ops.norm import normalized_axes


class LayerNorm(Module):
    """y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² over the last axes (Ba et al., 2016).

    x: (..., *normalized_shape), y: of x's shape. normalized_shape: an integer or a tuple. weight γ
    and bias β: normalized_shape, start at 1 and 0; elementwise_affine=False leaves both out,
    bias=False the second.

    >>> LayerNorm(2, eps=0.0, dtype=np.float64)(np.array([[1.0, 3.0]]))
    array([[-1.,  1.]])
    """

    def __init__(
        self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, *, dtype=np.float32
    ):
        super().__init__()
        self.normalized_shape = normalized_axes(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight = self.bias = None
        if elementwise_affine:
            self.weight = Parameter(np.ones(self.normalized_shape, dtype=dtype))
        if elementwise_affine and bias:
            self.bias = Parameter(np.zeros(self.normalized_shape, dtype=dtype))

    def forward(self, x):
        weight = None if self.weight is None else self.weight.data
        bias = None if self.bias is None else self.bias.data
        y, backward = ops.layer_norm(x, self.normalized_shape, weight, bias, self.eps)
        return y, self.adding_to(backward, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class GroupNorm(Module):
    """y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² over groups of channels (Wu & He, 2018).

    x: (N, num_channels, ...), y: of x's shape. num_groups must divide num_channels: 1 is layer
    norm, num_channels is instance norm. weight γ and bias β: (num_channels,), start at 1 and 0;
    affine=False leaves both out. The batch plays no part, so that small ones do no harm.

    >>> x = np.array([[1.0, 3.0, 10.0, 30.0]], dtype=np.float32)
    >>> GroupNorm(2, 4)(x).round(2)
    array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    def __init__(
        self, num_groups, num_channels, eps=1e-5, affine=True, *, bias=True, dtype=np.float32
    ):
        super().__init__()
        for name, size in (("num_groups", num_groups), ("num_channels", num_channels)):
            if not isinstance(size, int | np.integer) or size < 1:
                raise ValueError(
                    f"GroupNorm: {name} must be an integer of at least 1, got {size!r}"
                )
        if num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: num_groups must divide num_channels, got {num_groups} for "
                f"{num_channels}"
            )
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        self.weight = Parameter(np.ones(num_channels, dtype=dtype)) if affine else None
        self.bias = Parameter(np.zeros(num_channels, dtype=dtype)) if affine and bias else None

    def forward(self, x):
        if np.ndim(x) < 2 or np.shape(x)[1] != self.num_channels:
            raise ValueError(
                f"GroupNorm: x must have shape (N, {self.num_channels}, ...), got {np.shape(x)}"
            )
        weight = None if self.weight is None else self.weight.data
        bias = None if self.bias is None else self.bias.data
        y, backward = ops.group_norm(x, self.num_groups, weight, bias, self.eps)
        return y, self.adding_to(backward, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )
