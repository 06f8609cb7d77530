"""Normalization of one example by itself, and of weights: one formula over different sets.

x̂ = (x − μ) / √(σ² + ε), y = γ x̂ + β, with the mean μ and the biased variance σ² over

- instance norm: a channel of one example, over all places;
- layer norm: the last axes of one example;
- group norm: a group of channels of one example, over all places;
- weight standardization: the weights that feed one output;
- batch norm (`dlcourse.nn.ops.batch_norm`): a channel, over the batch and all places.

Where x̂ depends on x through μ and σ² as well, with m numbers in the set,
dL/dx = (dL/dx̂ − mean(dL/dx̂) − x̂ · mean(x̂ · dL/dx̂)) / √(σ² + ε).
"""

from math import prod

import numpy as np

from dlcourse.nn.ops.batch_norm import batch_norm, check_channels
from dlcourse.nn.ops.operation import operation


@operation("x", "weight", "bias")
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    """y = γ (x − μ) / √(σ² + ε) + β over the last axes of each example (Ba et al., 2016).

    x: (..., *normalized_shape), which is an integer or a tuple; weight γ, bias β: normalized_shape
    or None. Returns y of x's shape and backward, which maps dL/dy to dL/dx, dL/dweight, dL/dbias.
    No example depends on another, so that training and evaluation are the same. Raises ValueError
    where shapes do not fit.

    >>> layer_norm([[1.0, 3.0]], 2, eps=0.0)[0]
    array([[-1.,  1.]])
    """
    shape = normalized_axes(normalized_shape)
    if x.shape[x.ndim - len(shape) :] != shape or x.ndim < len(shape):
        raise ValueError(f"layer_norm: x must have shape (..., {str(shape)[1:]}, got {x.shape}")
    for name, array in (("weight", weight), ("bias", bias)):
        if array is not None and array.shape != shape:
            raise ValueError(f"layer_norm: {name} must have shape {shape}, got {array.shape}")
    leading = x.shape[: x.ndim - len(shape)]
    rows = (prod(leading), prod(shape))
    normal, _, _, standard_backward = standardize(x.reshape(rows), eps)
    y = affine(normal.reshape(x.shape), weight, bias)

    def backward(dy):
        dnormal = dy if weight is None else dy * weight
        dx = standard_backward(dnormal.reshape(rows)).reshape(x.shape)
        dweight = dbias = None
        if weight is not None:
            dweight = np.einsum("ij,ij->j", dy.reshape(rows), normal).reshape(shape)
        if bias is not None:
            dbias = dy.reshape(rows).sum(axis=0).reshape(shape)
        return dx, dweight, dbias

    return y, backward


@operation("x", "weight", "bias")
def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    """y = γ (x − μ) / √(σ² + ε) + β over groups of channels of each example (Wu & He, 2018).

    x: (N, C, ...), whose channels are split into num_groups groups of C / num_groups; weight γ,
    bias β: (C,) or None. Returns y of x's shape and backward, which maps dL/dy to dL/dx,
    dL/dweight, dL/dbias. One group is layer norm over (C, ...), C groups are instance norm. Raises
    ValueError where shapes do not fit or num_groups does not divide C.

    >>> group_norm([[1.0, 3.0, 10.0, 30.0]], 2, eps=0.0)[0]
    array([[-1.,  1., -1.,  1.]])
    """
    channels = check_channels("group_norm", x, weight=weight, bias=bias)
    if not isinstance(num_groups, int | np.integer) or num_groups < 1 or channels % num_groups:
        raise ValueError(
            f"group_norm: num_groups must divide the {channels} channels of x, got {num_groups!r}"
        )
    return over_groups(x, num_groups, weight, bias, eps)


@operation("x", "running_mean", "running_var", "weight", "bias")
def instance_norm(
    x,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    use_input_stats=True,
    eps=1e-5,
    on_statistics=None,
):
    """y = γ (x − μ) / √(σ² + ε) + β over each channel of each example (Ulyanov et al., 2016).

    x: (N, C, ...) with at least one axis of places; weight γ, bias β: (C,) or None. Returns y of
    x's shape and backward, which maps dL/dy to dL/dx, dL/dweight, dL/dbias. With
    use_input_stats=False running_mean and running_var: (C,) are used instead, as in batch_norm;
    on_statistics as there, with means over the batch. Raises ValueError where shapes do not fit or
    there is one place alone, whose variance says nothing.

    >>> instance_norm([[[1.0, 3.0], [10.0, 30.0]]], eps=0.0)[0]
    array([[[-1.,  1.], [-1.,  1.]]])
    """
    channels = check_channels("instance_norm", x, running_mean, running_var, weight, bias)
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, eps=eps)
    places = prod(x.shape[2:])
    if x.ndim < 3 or places < 2:
        raise ValueError(
            f"instance_norm: x must have shape (N, C, ...) with at least two places, got {x.shape}"
        )

    def averaged(mean, var):
        on_statistics(mean.mean(axis=0), var.mean(axis=0) * (places / (places - 1)))

    return over_groups(x, channels, weight, bias, eps, averaged if on_statistics else None)


@operation("weight", "gain")
def weight_standardization(weight, gain=None, scale=1.0, eps=1e-6):
    """ŵ = s · g · (w − μ) / √(σ² + ε), over the weights that feed one output (Qiao et al., 2019).

    weight: (out, ...); gain g: one number for each output, of any shape, or None; scale s: a
    number, 1 / √fan-in in normalizer-free networks (Brock et al., 2021), so that outputs have the
    variance of the inputs. Returns ŵ of weight's shape and backward, which maps dL/dŵ to
    dL/dweight, dL/dgain. Raises ValueError where shapes do not fit.

    >>> weight_standardization([[1.0, 3.0]], gain=[2.0], eps=0.0)[0]
    array([[-2.,  2.]])
    """
    if weight.ndim < 2 or weight.size == 0:
        raise ValueError(f"weight_standardization: weight must be (out, ...), got {weight.shape}")
    if gain is not None and gain.size != len(weight):
        raise ValueError(
            f"weight_standardization: gain must hold {len(weight)} numbers, one for each output, "
            f"got shape {gain.shape}"
        )
    rows = weight.reshape(len(weight), -1)
    normal, _, _, standard_backward = standardize(rows, eps)
    scale = float(scale)
    factor = scale if gain is None else scale * gain.reshape(-1, 1)

    def backward(dy):
        dy = dy.reshape(rows.shape)
        dweight = standard_backward(dy * factor).reshape(weight.shape)
        if gain is None:
            return dweight, None
        return dweight, (scale * (dy * normal).sum(axis=1)).reshape(gain.shape)

    return (normal * factor).reshape(weight.shape), backward


# What they share


def standardize(rows, eps):
    """x̂ over the last axis, with mean, variance and the backward from dL/dx̂ to dL/dx.

    Means are products with a column of 1 / m: the fastest sums along rows that NumPy has.
    """
    count = rows.shape[-1]
    average = np.full((count, 1), 1 / count, dtype=rows.dtype)
    mean = rows @ average
    normal = rows - mean
    var = row_products(normal, normal) / count
    inverse = 1 / np.sqrt(var + float(eps))
    normal *= inverse

    def backward(dnormal):
        slope = row_products(dnormal, normal) / count
        dx = normal * -slope
        dx += dnormal
        dx -= dnormal @ average
        dx *= inverse
        return dx

    return normal, mean, var, backward


def row_products(a, b):
    """Σᵢ aᵢ bᵢ of each pair of rows, with an axis of length 1 in the place of theirs."""
    return (a[..., None, :] @ b[..., None])[..., 0]


def over_groups(x, groups, weight, bias, eps, on_statistics=None):
    """Normalize groups of channels of each example; scale and shift are a channel's own."""
    rows = (len(x), groups, prod(x.shape[1:]) // groups)
    normal, mean, var, standard_backward = standardize(x.reshape(rows), eps)
    if on_statistics is not None:
        on_statistics(mean[..., 0], var[..., 0])
    normal = normal.reshape(x.shape)
    by_channel = (-1, *[1] * (x.ndim - 2))
    flat = (len(x), x.shape[1], prod(x.shape[2:]))
    gain = None if weight is None else weight.reshape(by_channel)
    y = affine(normal, gain, None if bias is None else bias.reshape(by_channel))

    def backward(dy):
        dnormal = dy if gain is None else dy * gain
        dx = standard_backward(dnormal.reshape(rows)).reshape(x.shape)
        dweight = dbias = None
        if weight is not None:
            dweight = np.einsum("ncp,ncp->c", dy.reshape(flat), normal.reshape(flat))
        if bias is not None:
            dbias = dy.reshape(flat).sum(axis=(0, 2))
        return dx, dweight, dbias

    return y, backward


def affine(normal, weight, bias):
    """γ x̂ + β, in an array of its own."""
    y = normal.copy() if weight is None else normal * weight
    if bias is not None:
        y += bias
    return y


def normalized_axes(normalized_shape):
    """Return normalized_shape as a tuple."""
    given = normalized_shape
    shape = tuple(given) if isinstance(given, tuple | list) else (given,)
    if not shape or not all(isinstance(n, int | np.integer) and n >= 1 for n in shape):
        raise ValueError(
            f"layer_norm: normalized_shape must be an integer of at least 1 or a tuple of them, "
            f"got {given!r}"
        )
    return shape
