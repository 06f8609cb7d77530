"""Penalties on weights, one weight at a time."""

import numpy as np

from dlcourse.nn.naive.losses import sign


def total(weight, value, slope):
    """A sum over weights of a function of one weight; λ times its derivative."""
    penalty = 0.0
    for place in np.ndindex(weight.shape):
        penalty += value(float(weight[place]))

    def backward(scale=1.0):
        dweight = np.zeros_like(weight)
        for place in np.ndindex(weight.shape):
            dweight[place] = scale * slope(float(weight[place]))
        return dweight

    return weight.dtype.type(penalty), backward


def l2_penalty(weight):
    """Σ w²."""
    return total(weight, lambda w: w * w, lambda w: 2 * w)


def l1_penalty(weight):
    """Σ |w|."""
    return total(weight, abs, sign)


def elastic_net_penalty(weight, beta=1.0):
    """Σ β w² + |w|."""
    return total(weight, lambda w: beta * w * w + abs(w), lambda w: 2 * beta * w + sign(w))
