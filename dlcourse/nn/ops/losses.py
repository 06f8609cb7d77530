"""What a network is trained to make small. Backward takes no argument: the chain begins here."""

import numpy as np

from dlcourse.nn.ops.operation import operation, reduce_loss


@operation("input", "target")
def mse_loss(input, target, reduction="mean"):
    """L = mean of (input − target)².

    input, target: one shape, any. reduction: "mean" over all elements, "sum" or "none". Returns
    the loss (a scalar, or of input's shape for "none") and backward, which returns dL/dinput =
    2 (input − target) / count; for "none" it takes dL/dloss first.
    Raises ValueError where the shapes differ: (N,) against (N, 1) would broadcast to (N, N).

    >>> loss, backward = mse_loss([1.0, 2.0], [1.0, 4.0])
    >>> float(loss), backward()
    (2.0, array([ 0., -2.]))
    """
    check_one_shape("mse_loss", input, target)
    difference = input - target
    loss, scale = reduce_loss("mse_loss", difference * difference, reduction, input.size)

    def backward(dloss):
        return difference * (2 * scale * dloss)

    return loss, backward


@operation("input", "target")
def l1_loss(input, target, reduction="mean"):
    """L = mean of |input − target|.

    Shapes, reduction and errors as for mse_loss. backward returns dL/dinput = sign(input − target)
    / count, 0 where the two are equal. Large errors count less than in mse_loss: outliers pull
    less.

    >>> loss, backward = l1_loss([1.0, 2.0], [1.0, 4.0])
    >>> float(loss), backward()
    (1.0, array([ 0. , -0.5]))
    """
    check_one_shape("l1_loss", input, target)
    difference = input - target
    loss, scale = reduce_loss("l1_loss", np.abs(difference), reduction, input.size)

    def backward(dloss):
        return np.sign(difference) * (scale * dloss)

    return loss, backward


@operation("input", "target")
def smooth_l1_loss(input, target, reduction="mean", beta=1.0):
    """L = mean of d² / 2β where |d| < β, else |d| − β / 2, with d = input − target.

    A parabola near 0 and straight lines beyond (Girshick, 2015): Huber's loss divided by β.
    Shapes, reduction and errors as for mse_loss; β = 0 is l1_loss, β < 0 an error.

    >>> loss, backward = smooth_l1_loss([0.5, 3.0], [0.0, 0.0], reduction="sum")
    >>> float(loss), backward()
    (2.625, array([0.5, 1. ]))
    """
    check_one_shape("smooth_l1_loss", input, target)
    if not beta >= 0:
        raise ValueError(f"smooth_l1_loss: beta must be at least 0, got {beta}")
    beta = float(beta)
    difference = input - target
    size = np.abs(difference)
    near = size < beta
    # Where beta is 0 no difference is near, and the quotient is used nowhere.
    losses = np.where(near, size * size * (0.5 / (beta or 1.0)), size - 0.5 * beta)
    loss, scale = reduce_loss("smooth_l1_loss", losses, reduction, input.size)

    def backward(dloss):
        slope = np.where(near, difference * (1 / (beta or 1.0)), np.sign(difference))
        return slope * (scale * dloss)

    return loss, backward


@operation("input", "target", "weight", "pos_weight")
def binary_cross_entropy_with_logits(input, target, weight=None, reduction="mean", pos_weight=None):
    """L = mean of −w (a t log p + (1 − t) log(1 − p)), with p = σ(input).

    input: scores (not probabilities), any shape; target t: of input's shape, 0 to 1. weight w and
    pos_weight a: shapes that broadcast to input's, or None, then 1; a > 1 makes a positive that is
    missed cost more. reduction: "mean" over all elements, "sum" or "none". Returns the loss and
    backward, which returns dL/dinput; without a it is w (p − t) / count.
    Raises ValueError where shapes do not fit.

    Sigmoid and logarithm are one operation: log p is finite where p has rounded to 0.

    >>> loss, backward = binary_cross_entropy_with_logits([0.0, -1000.0], [1.0, 0.0])
    >>> round(float(loss), 4), backward()
    (0.3466, array([-0.25,  0.  ]))
    """
    title = "binary_cross_entropy_with_logits"
    check_one_shape(title, input, target)
    for name, array in (("weight", weight), ("pos_weight", pos_weight)):
        check_broadcast(title, name, array, input.shape)
    positive = target if pos_weight is None else target * pos_weight
    e = np.exp(-np.abs(input))
    # −log p = softplus(−x) and −log(1 − p) = x + softplus(−x).
    minus_log_p = np.maximum(-input, 0) + np.log1p(e)
    losses = (1 - target) * input + (1 - target + positive) * minus_log_p
    if weight is not None:
        losses = losses * weight
    loss, scale = reduce_loss(title, losses, reduction, input.size)

    def backward(dloss):
        p = np.where(input >= 0, 1, e) / (1 + e)
        slope = (1 - target) * p - positive * (1 - p)
        if weight is not None:
            slope = slope * weight
        return slope * (scale * dloss)

    return loss, backward


def check_one_shape(title, input, target):
    """Refuse two shapes: (N,) against (N, 1) would broadcast to (N, N)."""
    if input.shape != target.shape:
        raise ValueError(
            f"{title}: input and target must have one shape, got {input.shape} and {target.shape}"
        )


def check_broadcast(title, name, array, shape):
    """Refuse factors that do not broadcast to the input, or that would enlarge it."""
    if array is None:
        return
    fits = array.ndim <= len(shape) and all(
        n in (1, m) for n, m in zip(array.shape[::-1], shape[::-1], strict=False)
    )
    if not fits:
        raise ValueError(
            f"{title}: {name} must broadcast to input's shape {shape}, got {array.shape}"
        )
