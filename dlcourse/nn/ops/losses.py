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
    if input.shape != target.shape:
        raise ValueError(
            f"mse_loss: input and target must have one shape, got {input.shape} and {target.shape}"
        )
    difference = input - target
    loss, scale = reduce_loss("mse_loss", difference * difference, reduction, input.size)

    def backward(dloss):
        return difference * (2 * scale * dloss)

    return loss, backward


@operation("input")
def cross_entropy(input, target, reduction="mean"):
    """L = mean over examples of −log pₜ, with p = softmax(input) and t the right class.

    input: scores (not probabilities) of shape (N, C), (N, C, d₁, ...) or (C,). target: either
    integers 0 … C−1 of shape (N,), (N, d₁, ...) or (), or probabilities of input's shape.
    reduction: "mean" over examples, "sum" or "none". Returns the loss (in nats) and backward,
    which returns dL/dinput = (p − one-hot(t)) / N; for "none" it takes dL/dloss first.
    Raises ValueError for a shape that does not fit or a label out of range, TypeError for labels
    that are not integers.

    Softmax and logarithm are one operation: log pₜ is finite where pₜ has rounded to 0.

    >>> loss, backward = cross_entropy([[3.2, 5.1, -1.7]], [0])
    >>> round(float(loss), 2), backward().round(2)
    (2.04, array([[-0.87,  0.87,  0.  ]]))
    """
    if input.ndim == 0 or input.shape[min(1, input.ndim - 1)] == 0:
        raise ValueError(f"cross_entropy: input must have shape (N, C, ...), got {input.shape}")
    axis = min(1, input.ndim - 1)
    rows = np.moveaxis(input, axis, -1)  # (..., C)
    target, is_class = check_target(input, target, axis)

    shifted = rows - rows.max(axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=-1, keepdims=True)
    if is_class:
        picked = np.take_along_axis(shifted, target[..., None], axis=-1)[..., 0]
        losses = np.log(total[..., 0]) - picked
    else:
        target = np.moveaxis(target, axis, -1)
        losses = (target * (np.log(total) - shifted)).sum(axis=-1)
    loss, scale = reduce_loss("cross_entropy", losses, reduction, losses.size)

    def backward(dloss):
        p = exponentials / total
        if is_class:
            picked = np.take_along_axis(p, target[..., None], axis=-1)
            np.put_along_axis(p, target[..., None], picked - 1, axis=-1)
        else:
            p = p * target.sum(axis=-1, keepdims=True) - target
        p *= scale * (dloss if np.ndim(dloss) == 0 else dloss[..., None])
        return np.moveaxis(p, -1, axis)

    return loss, backward


def check_target(input, target, axis):
    """Return the target as an array, and whether it holds classes rather than probabilities."""
    target = np.asarray(target)
    expected = input.shape[:axis] + input.shape[axis + 1 :]
    classes = input.shape[axis]
    if target.dtype.kind == "f" and target.shape == input.shape:
        if target.dtype != input.dtype:
            raise TypeError(
                f"cross_entropy: probabilities are {target.dtype} where input is {input.dtype}"
            )
        return target, False
    if target.dtype.kind not in "iu":
        raise TypeError(
            f"cross_entropy: target must hold integer classes of shape {expected}, or "
            f"probabilities of shape {input.shape}, got {target.dtype} of shape {target.shape}"
        )
    if target.shape != expected:
        raise ValueError(
            f"cross_entropy: input of shape {input.shape} expects classes of shape {expected}, "
            f"got {target.shape}"
        )
    if target.size and (target.min() < 0 or target.max() >= classes):
        wrong = target[(target < 0) | (target >= classes)][0] if target.ndim else target
        raise ValueError(
            f"cross_entropy: labels must lie in 0 to {classes - 1} for {classes} classes, "
            f"got {wrong}"
        )
    return target.astype(np.intp, copy=False), True
