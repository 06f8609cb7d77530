"""Batch normalization: each channel over the batch and all places."""

from math import prod

import numpy as np

from dlcourse.nn.ops.operation import operation


@operation("x", "running_mean", "running_var", "weight", "bias")
def batch_norm(
    x,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    training=False,
    eps=1e-5,
    on_statistics=None,
):
    """y = γ (x − μ) / √(σ² + ε) + β, a channel at a time (Ioffe & Szegedy, 2015).

    x: (N, C) or (N, C, ...); weight γ, bias β: (C,) or None, then 1 and 0. With training=True μ
    and σ² are the batch's own, so that the gradient passes through them; otherwise they are
    running_mean and running_var: (C,), constants. Returns y of x's shape and backward, which maps
    dL/dy to dL/dx, dL/dweight, dL/dbias.

    PyTorch's function of this name changes running_mean and running_var. Here nothing is changed:
    in training on_statistics(mean, var) is called with the batch's mean and its unbiased variance,
    and whoever keeps running estimates mixes them in. Raises ValueError where shapes do not fit or
    a batch has fewer than two numbers a channel, whose variance says nothing.

    >>> y, backward = batch_norm([[1.0], [3.0]], training=True, eps=0.0)
    >>> y, backward([[1.0], [1.0]])[0]
    (array([[-1.], [ 1.]]), array([[0.], [0.]]))
    """
    channels = check_channels("batch_norm", x, running_mean, running_var, weight, bias)
    rows = x.reshape(len(x), channels, prod(x.shape[2:]))  # (N, C, places)
    count = rows.shape[0] * rows.shape[2]
    if training:
        if count < 2:
            raise ValueError(
                f"batch_norm: training needs at least two numbers a channel, got x of shape "
                f"{x.shape}: take a larger batch, or eval()"
            )
        mean = rows.mean(axis=(0, 2))
        y = rows - mean[:, None]
        var = np.einsum("ncp,ncp->c", y, y) / count
        if on_statistics is not None:
            on_statistics(mean, var * (count / (count - 1)))
    else:
        if running_mean is None or running_var is None:
            raise ValueError("batch_norm: without training=True it needs running estimates")
        mean, var = running_mean, running_var
        y = rows - mean[:, None]
    inverse = 1 / np.sqrt(var + float(eps))
    scale = inverse if weight is None else weight * inverse
    y *= scale[:, None]
    if bias is not None:
        y += bias[:, None]

    def backward(dy):
        dy = dy.reshape(rows.shape)
        dbias = dy.sum(axis=(0, 2))
        centred = rows - mean[:, None]
        dweight = np.einsum("ncp,ncp->c", dy, centred) * inverse
        if training:
            dx = centred  # no longer needed: the terms of the formula are added up in its place
            dx *= (-inverse * dweight / count)[:, None]
            dx += dy
            dx -= (dbias / count)[:, None]
            dx *= scale[:, None]
        else:
            dx = dy * scale[:, None]
        return (
            dx.reshape(x.shape),
            None if weight is None else dweight,
            None if bias is None else dbias,
        )

    return y.reshape(x.shape), backward


def check_channels(title, x, running_mean=None, running_var=None, weight=None, bias=None):
    """Return C of x: (N, C, ...), and refuse arrays of another length."""
    if x.ndim < 2 or 0 in x.shape[1:]:
        raise ValueError(f"{title}: x must have shape (N, C, ...), no axis empty, got {x.shape}")
    arrays = {
        "running_mean": running_mean,
        "running_var": running_var,
        "weight": weight,
        "bias": bias,
    }
    for name, array in arrays.items():
        if array is not None and array.shape != x.shape[1:2]:
            raise ValueError(
                f"{title}: x of shape {x.shape} expects {name} of shape {x.shape[1:2]}, "
                f"got {array.shape}"
            )
    return x.shape[1]
