"""Nonlinearities, each beside its derivative.

Elementwise ones map an array of any shape to an array of that shape. dL/dx = f'(x) · dL/dy.
"""

import numpy as np

from dlcourse.nn.ops.operation import check_dim, operation


@operation("x")
def sigmoid(x):
    """σ(x) = 1 / (1 + e⁻ˣ), with values in (0, 1). dσ/dx = σ (1 − σ).

    x: any shape. Returns y of that shape and backward, which maps dL/dy to dL/dx.
    x is held above the point where e⁻ˣ overflows; σ is 0 there to every digit that counts.

    >>> y, backward = sigmoid([4.0, -2.0])
    >>> y.round(2)
    array([0.98, 0.12])
    """
    lowest = x.dtype.type(-0.99 * np.log(np.finfo(x.dtype).max))
    y = np.maximum(x, lowest, out=np.empty_like(x))
    np.exp(np.negative(y, out=y), out=y)
    y += 1
    np.reciprocal(y, out=y)

    def backward(dy):
        return (1 - y) * y * dy

    return y, backward


@operation("x")
def tanh(x):
    """tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) = 2σ(2x) − 1, with values in (−1, 1).

    x: any shape. Returns y of that shape and backward: dL/dx = (1 − y²) dL/dy.

    >>> y, backward = tanh([0.0])
    >>> y, backward([1.0])
    (array([0.]), array([1.]))
    """
    y = np.tanh(x)

    def backward(dy):
        return dy * (1 - y * y)

    return y, backward


@operation("x")
def relu(x):
    """max(0, x) (Nair & Hinton, 2010). The derivative is 1 where x > 0, else 0.

    x: any shape. Returns y of that shape and backward. At x = 0 the derivative is taken as 0, as
    in PyTorch.

    >>> y, backward = relu([-1.0, 2.0])
    >>> y, backward([5.0, 5.0])
    (array([0., 2.]), array([0., 5.]))
    """
    y = np.maximum(x, 0)

    def backward(dy):
        return dy * (y > 0)

    return y, backward


@operation("x")
def leaky_relu(x, negative_slope=0.01):
    """x where x > 0, else negative_slope · x (Maas, Hannun & Ng, 2013).

    x: any shape. Returns y of that shape and backward.

    >>> leaky_relu([-1.0, 2.0], negative_slope=0.5)[0]
    array([-0.5,  2. ])
    """
    slope = np.where(x > 0, x.dtype.type(1), x.dtype.type(negative_slope))
    y = x * slope

    def backward(dy):
        return dy * slope

    return y, backward


@operation("x", "weight")
def prelu(x, weight):
    """x where x > 0, else a · x, with the slope a learned (He et al., 2015).

    x: (N, C, ...) or any shape where there is one slope; weight: (1,), or (C,) for one slope a
    channel. Returns y of x's shape and backward, which maps dL/dy to dL/dx, dL/dweight.
    Raises ValueError where the number of slopes is neither 1 nor C.

    >>> y, backward = prelu([[-1.0, 2.0]], [0.25])
    >>> y, backward([[1.0, 1.0]])
    (array([[-0.25, 2.  ]]), (array([[0.25, 1.  ]]), array([-1.])))
    """
    slopes = channel_slopes(x, weight)
    positive = x > 0
    y = np.where(positive, x, slopes * x)

    def backward(dy):
        dx = np.where(positive, dy, slopes * dy)
        dslopes = np.where(positive, 0, x * dy).astype(x.dtype, copy=False)
        if weight.size == 1:
            return dx, dslopes.sum().reshape(1)
        other_axes = tuple(axis for axis in range(x.ndim) if axis != min(1, x.ndim - 1))
        return dx, dslopes.sum(axis=other_axes)

    return y, backward


def channel_slopes(x, weight):
    """Return the slopes of prelu in a shape that broadcasts along the channels of x."""
    channels = x.shape[min(1, x.ndim - 1)] if x.ndim else 1
    if weight.ndim != 1 or weight.size not in (1, channels):
        raise ValueError(
            f"prelu: x of shape {x.shape} has {channels} channels and takes 1 or {channels} "
            f"slopes, got weight of shape {weight.shape}"
        )
    return weight.reshape(-1, *[1] * max(0, x.ndim - 2)) if x.ndim else weight[0]


@operation("x")
def softmax(x, dim=-1):
    """pⱼ = eˣʲ / Σₖ eˣᵏ along the axis dim: scores become probabilities.

    x: any shape with at least one axis. Returns p of that shape and backward, which maps dL/dp to
    dL/dx = p · (dL/dp − Σₖ pₖ dL/dpₖ). The largest score is subtracted first: the result is the
    same and no exponential overflows.
    Raises ValueError where dim is no axis of x.

    >>> softmax([1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0])[0].round(7)[:4]
    array([0.0236405, 0.0642617, 0.1746813, 0.474833 ])
    """
    check_dim("softmax", x, dim)
    y = np.exp(x - x.max(axis=dim, keepdims=True))
    y /= y.sum(axis=dim, keepdims=True)

    def backward(dy):
        return y * (dy - (dy * y).sum(axis=dim, keepdims=True))

    return y, backward


@operation("x")
def log_softmax(x, dim=-1):
    """log pⱼ = xⱼ − log Σₖ eˣᵏ along the axis dim, computed without forming p.

    x: any shape with at least one axis. Returns y = log p of that shape and backward, which maps
    dL/dy to dL/dx = dL/dy − p Σₖ dL/dyₖ.
    Raises ValueError where dim is no axis of x.

    >>> log_softmax([1000.0, 1000.0])[0].round(4)
    array([-0.6931, -0.6931])
    """
    check_dim("log_softmax", x, dim)
    y = x - x.max(axis=dim, keepdims=True)
    y -= np.log(np.exp(y).sum(axis=dim, keepdims=True))

    def backward(dy):
        return dy - np.exp(y) * dy.sum(axis=dim, keepdims=True)

    return y, backward
