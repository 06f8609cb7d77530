"""Normalization, one set of numbers at a time."""

import math

import numpy as np


def standardize(values, eps):
    """x̂ⱼ = (xⱼ − μ) / √(σ² + ε) of a list of numbers; backward by the full matrix ∂x̂ⱼ/∂xₖ."""
    m = len(values)
    mean = sum(values) / m
    root = math.sqrt(sum((v - mean) ** 2 for v in values) / m + eps)
    normal = [(v - mean) / root for v in values]

    def backward(dnormal):
        return [
            sum(
                dnormal[j] * ((j == k) - 1 / m - normal[j] * normal[k] / m) / root for j in range(m)
            )
            for k in range(m)
        ]

    return normal, backward


def over_sets(x, sets, key, weight, bias, eps):
    """Standardize each set of places; y[place] = γ[key(place)] · x̂[place] + β[key(place)]."""
    y, normal, backwards = np.zeros_like(x), np.zeros_like(x), []
    for places in sets:
        values, back = standardize([float(x[place]) for place in places], eps)
        backwards.append((places, back))
        for place, value in zip(places, values, strict=True):
            normal[place] = value
            y[place] = value * (1 if weight is None else weight[key(place)])
            y[place] += 0 if bias is None else bias[key(place)]

    def backward(dy):
        dx = np.zeros_like(x)
        dweight = None if weight is None else np.zeros_like(weight)
        dbias = None if bias is None else np.zeros_like(bias)
        for places, back in backwards:
            gains = [1 if weight is None else float(weight[key(place)]) for place in places]
            upstream = [float(dy[place]) for place in places]
            gradients = back([d * gain for d, gain in zip(upstream, gains, strict=True)])
            for place, gradient in zip(places, gradients, strict=True):
                dx[place] = gradient
                if weight is not None:
                    dweight[key(place)] += dy[place] * normal[place]
                if bias is not None:
                    dbias[key(place)] += dy[place]
        return dx, dweight, dbias

    return y, backward


def grouped(x, name):
    """The places of x in sets of equal name."""
    sets = {}
    for place in np.ndindex(x.shape):
        sets.setdefault(name(place), []).append(place)
    return list(sets.values())


def channel(place):
    return place[1]


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
    """A set for each channel. As `dlcourse.nn.ops.batch_norm`."""
    if training:
        return over_sets(x, grouped(x, channel), channel, weight, bias, eps)
    y, normal = np.zeros_like(x), np.zeros_like(x)

    def gain(c):
        return (1 if weight is None else weight[c]) / math.sqrt(running_var[c] + eps)

    for place in np.ndindex(x.shape):
        c = channel(place)
        normal[place] = (x[place] - running_mean[c]) / math.sqrt(running_var[c] + eps)
        y[place] = normal[place] * (1 if weight is None else weight[c])
        y[place] += 0 if bias is None else bias[c]

    def backward(dy):
        dx = np.zeros_like(x)
        dweight, dbias = np.zeros_like(running_mean), np.zeros_like(running_mean)
        for place in np.ndindex(x.shape):
            c = channel(place)
            dx[place] = dy[place] * gain(c)
            dweight[c] += dy[place] * normal[place]
            dbias[c] += dy[place]
        return dx, None if weight is None else dweight, None if bias is None else dbias

    return y, backward


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    """A set for each example, over its last axes. As `dlcourse.nn.ops.layer_norm`."""
    last = len(normalized_shape) if isinstance(normalized_shape, tuple | list) else 1
    first = x.ndim - last
    sets = grouped(x, lambda place: place[:first])
    return over_sets(x, sets, lambda place: place[first:], weight, bias, eps)


def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    """A set for each group of channels of an example. As `dlcourse.nn.ops.group_norm`."""
    size = x.shape[1] // num_groups
    sets = grouped(x, lambda place: (place[0], place[1] // size))
    return over_sets(x, sets, channel, weight, bias, eps)


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
    """A set for each channel of an example. As `dlcourse.nn.ops.instance_norm`."""
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, eps=eps)
    return over_sets(x, grouped(x, lambda place: place[:2]), channel, weight, bias, eps)


def weight_standardization(weight, gain=None, scale=1.0, eps=1e-6):
    """A set for each output. As `dlcourse.nn.ops.weight_standardization`."""
    sets = grouped(weight, lambda place: place[0])
    gains = np.ones(len(weight), weight.dtype) if gain is None else gain.reshape(-1)
    y, inner = over_sets(weight, sets, lambda place: place[0], scale * gains, None, eps)

    def backward(dy):
        dweight, dgain, _ = inner(dy)
        return dweight, None if gain is None else (scale * dgain).reshape(gain.shape)

    return y.astype(weight.dtype), backward
