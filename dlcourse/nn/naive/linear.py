"""The affine map, one product at a time."""

import numpy as np


def linear(x, weight, bias=None):
    """yₙₒ = bₒ + Σᵢ wₒᵢ xₙᵢ, as three nested loops.

    x: (N, in), weight: (out, in), bias: (out,) or None. Returns y: (N, out) and backward, as
    `dlcourse.nn.ops.linear`.
    """
    examples, inputs = x.shape
    outputs = weight.shape[0]
    y = np.zeros((examples, outputs), dtype=x.dtype)
    for n in range(examples):
        for o in range(outputs):
            if bias is not None:
                y[n, o] += bias[o]
            for i in range(inputs):
                y[n, o] += weight[o, i] * x[n, i]

    def backward(dy):
        dx, dweight = np.zeros_like(x), np.zeros_like(weight)
        dbias = None if bias is None else np.zeros_like(bias)
        for n in range(examples):
            for o in range(outputs):
                if bias is not None:
                    dbias[o] += dy[n, o]
                for i in range(inputs):
                    dx[n, i] += weight[o, i] * dy[n, o]
                    dweight[o, i] += x[n, i] * dy[n, o]
        return dx, dweight, dbias

    return y, backward
