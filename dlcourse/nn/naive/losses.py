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


def cross_entropy(input, target, reduction="mean"):
    """Mean over examples of −log softmax(input)ₜ. input: (N, C), target: (N,) classes."""
    examples, classes = input.shape
    losses = np.zeros(examples, dtype=input.dtype)
    probabilities = np.zeros_like(input)
    for n in range(examples):
        largest = max(input[n])
        total = sum(math.exp(score - largest) for score in input[n])
        losses[n] = math.log(total) - (input[n, target[n]] - largest)
        for c in range(classes):
            probabilities[n, c] = math.exp(input[n, c] - largest) / total
    loss, scale = reduce(losses, reduction)

    def backward(dloss=1.0):
        dloss = np.broadcast_to(dloss, (examples,))
        dinput = np.zeros_like(input)
        for n in range(examples):
            for c in range(classes):
                one_hot = 1 if c == target[n] else 0
                dinput[n, c] = (probabilities[n, c] - one_hot) * scale * dloss[n]
        return dinput

    return loss, backward
