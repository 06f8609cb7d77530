"""The convolution and its transpose, one product at a time."""

import numpy as np


def both(value):
    """(vertical, horizontal) of an integer or a pair."""
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """yₙₒᵢⱼ = bₒ + Σ w[o, c, u, v] · x[n, c, i·s + u·d − p, j·s + v·d − p], as seven nested loops.

    x: (N, C, H, W), weight: (out, C / groups, kh, kw), bias: (out,) or None. Returns y and
    backward, as `dlcourse.nn.ops.conv2d`.
    """
    (down, across), (s, t), (d, e) = weight.shape[2:], both(stride), both(dilation)
    height, width = x.shape[2:]
    if padding == "same":
        top, left = d * (down - 1) // 2, e * (across - 1) // 2
        rows, columns = height, width
    else:
        top, left = both(0 if padding == "valid" else padding)
        rows = (height + 2 * top - d * (down - 1) - 1) // s + 1
        columns = (width + 2 * left - e * (across - 1) - 1) // t + 1
    y = np.zeros((len(x), len(weight), rows, columns), dtype=x.dtype)
    products = [
        ((n, o, i, j), (o, c, u, v), (n, channel, i * s + u * d - top, j * t + v * e - left))
        for n, o, i, j in np.ndindex(y.shape)
        for c, u, v in np.ndindex(weight.shape[1:])
        for channel in [o // (len(weight) // groups) * weight.shape[1] + c]
        if 0 <= i * s + u * d - top < height and 0 <= j * t + v * e - left < width
    ]
    for out, kernel, place in products:
        y[out] += weight[kernel] * x[place]
    if bias is not None:
        y += bias.reshape(-1, 1, 1)

    def backward(dy):
        dx, dweight = np.zeros_like(x), np.zeros_like(weight)
        for out, kernel, place in products:
            dx[place] += weight[kernel] * dy[out]
            dweight[kernel] += x[place] * dy[out]
        return dx, dweight, bias_gradient(bias, dy)

    return y, backward


def conv_transpose2d(
    x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """Every input puts a copy of the kernel, times its value, on the output; copies add.

    x: (N, C, H, W), weight: (C, out / groups, kh, kw), bias: (out,) or None. Returns y and
    backward, as `dlcourse.nn.ops.conv_transpose2d`.
    """
    (down, across), (s, t), (d, e) = weight.shape[2:], both(stride), both(dilation)
    (top, left), extra = both(padding), both(output_padding)
    height = (x.shape[2] - 1) * s - 2 * top + d * (down - 1) + extra[0] + 1
    width = (x.shape[3] - 1) * t - 2 * left + e * (across - 1) + extra[1] + 1
    y = np.zeros((len(x), weight.shape[1] * groups, height, width), dtype=x.dtype)
    products = [
        ((n, channel, i * s + u * d - top, j * t + v * e - left), (c, o, u, v), (n, c, i, j))
        for n, c, i, j in np.ndindex(x.shape)
        for o, u, v in np.ndindex(weight.shape[1:])
        for channel in [c // (len(weight) // groups) * weight.shape[1] + o]
        if 0 <= i * s + u * d - top < height and 0 <= j * t + v * e - left < width
    ]
    for out, kernel, place in products:
        y[out] += weight[kernel] * x[place]
    if bias is not None:
        y += bias.reshape(-1, 1, 1)

    def backward(dy):
        dx, dweight = np.zeros_like(x), np.zeros_like(weight)
        for out, kernel, place in products:
            dx[place] += weight[kernel] * dy[out]
            dweight[kernel] += x[place] * dy[out]
        return dx, dweight, bias_gradient(bias, dy)

    return y, backward


def bias_gradient(bias, dy):
    """A bias is added at every place of its channel: its gradient is the sum over them."""
    if bias is None:
        return None
    dbias = np.zeros_like(bias)
    for n, o, i, j in np.ndindex(dy.shape):
        dbias[o] += dy[n, o, i, j]
    return dbias
