"""Losses, one example at a time."""

import math

import numpy as np


def reduce(losses, reduction):
    """Mean, sum or the losses themselves; and what each gradient is multiplied by."""
    if reduction == "none":
        return losses, 1.0
    total = losses.dtype.type(sum(losses.ravel()))
    if reduction == "sum":
        return total, 1.0
    return losses.dtype.type(total / losses.size), 1.0 / losses.size


def mse_loss(input, target, reduction="mean"):
    """Mean of (input − target)² over all elements."""
    losses = np.zeros_like(input)
    for place in np.ndindex(input.shape):
        losses[place] = (input[place] - target[place]) ** 2
    loss, scale = reduce(losses, reduction)

    def backward(dloss=1.0):
        dloss = np.broadcast_to(dloss, input.shape)
        dinput = np.zeros_like(input)
        for place in np.ndindex(input.shape):
            dinput[place] = 2 * (input[place] - target[place]) * scale * dloss[place]
        return dinput

    return loss, backward


def elementwise(input, target, reduction, value, slope):
    """A loss that is a function of one input and one target; its derivative by the input."""
    losses = np.zeros_like(input)
    for place in np.ndindex(input.shape):
        losses[place] = value(place)
    loss, scale = reduce(losses, reduction)

    def backward(dloss=1.0):
        dloss = np.broadcast_to(dloss, input.shape)
        dinput = np.zeros_like(input)
        for place in np.ndindex(input.shape):
            dinput[place] = slope(place) * scale * dloss[place]
        return dinput

    return loss, backward


def sign(value):
    return (value > 0) - (value < 0)


def l1_loss(input, target, reduction="mean"):
    """Mean of |input − target| over all elements."""

    def difference(place):
        return float(input[place]) - float(target[place])

    return elementwise(
        input, target, reduction, lambda p: abs(difference(p)), lambda p: sign(difference(p))
    )


def smooth_l1_loss(input, target, reduction="mean", beta=1.0):
    """Mean of d² / 2β where |d| < β, else |d| − β / 2."""

    def difference(place):
        return float(input[place]) - float(target[place])

    def value(place):
        d = abs(difference(place))
        return d * d / (2 * beta) if d < beta else d - beta / 2

    def slope(place):
        d = difference(place)
        return d / beta if abs(d) < beta else sign(d)

    return elementwise(input, target, reduction, value, slope)


def binary_cross_entropy_with_logits(input, target, weight=None, reduction="mean", pos_weight=None):
    """Mean of −w (a t log p + (1 − t) log(1 − p)), with p = σ(input)."""
    w = np.broadcast_to(1.0 if weight is None else weight, input.shape)
    a = np.broadcast_to(1.0 if pos_weight is None else pos_weight, input.shape)

    def value(place):
        x, t = float(input[place]), float(target[place])
        log_p, log_q = -math.log(1 + math.exp(-x)), -math.log(1 + math.exp(x))
        return -w[place] * (a[place] * t * log_p + (1 - t) * log_q)

    def slope(place):
        p, t = 1 / (1 + math.exp(-float(input[place]))), float(target[place])
        return -w[place] * (a[place] * t * (1 - p) - (1 - t) * p)

    return elementwise(input, target, reduction, value, slope)


def cross_entropy(
    input, target, reduction="mean", weight=None, ignore_index=-100, label_smoothing=0.0
):
    """Mean over examples of −log softmax(input)ₜ. input: (N, C), target: (N,) classes."""
    examples, classes = input.shape
    losses, counts = np.zeros(examples, dtype=input.dtype), []
    shares = np.zeros_like(input)
    probabilities = np.zeros_like(input)
    for n in range(examples):
        known = target[n] != ignore_index
        counts.append((1 if weight is None else weight[target[n]]) if known else 0)
        largest = max(input[n])
        total = sum(math.exp(score - largest) for score in input[n])
        for c in range(classes):
            probabilities[n, c] = math.exp(input[n, c] - largest) / total
            if known:
                shares[n, c] = (1 - label_smoothing) * (c == target[n]) + label_smoothing / classes
                shares[n, c] *= 1 if weight is None else weight[c]
            losses[n] += shares[n, c] * (math.log(total) - (input[n, c] - largest))
    loss, scale = reduce(losses, reduction)
    if reduction == "mean":
        loss, scale = losses.dtype.type(sum(losses) / sum(counts)), 1 / sum(counts)

    def backward(dloss=1.0):
        dloss = np.broadcast_to(dloss, (examples,))
        dinput = np.zeros_like(input)
        for n in range(examples):
            for c in range(classes):
                slope = probabilities[n, c] * sum(shares[n]) - shares[n, c]
                dinput[n, c] = slope * scale * dloss[n]
        return dinput

    return loss, backward
