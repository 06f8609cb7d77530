"""The cross-entropy between scores and classes, or probabilities."""

import numpy as np

from dlcourse.nn.ops.operation import operation, reduce_loss


@operation("input", "weight")
def cross_entropy(
    input, target, reduction="mean", weight=None, ignore_index=-100, label_smoothing=0.0
):
    """L = mean over examples of −log pₜ, with p = softmax(input) and t the right class.

    input: scores (not probabilities) of shape (N, C), (N, C, d₁, ...) or (C,). target: either
    integers 0 … C−1 of shape (N,), (N, d₁, ...) or (), or probabilities of input's shape.
    reduction: "mean" over examples, "sum" or "none". Returns the loss (in nats) and backward,
    which returns dL/dinput = (p − one-hot(t)) / N; for "none" it takes dL/dloss first.

    weight: (C,), a factor for each class; the mean is then Σ wₜ (−log pₜ) / Σ wₜ. Targets equal to
    ignore_index count nothing. label_smoothing ε mixes the target with the uniform distribution:
    (1 − ε) one-hot(t) + ε / C (Szegedy et al., 2016). With probabilities q for targets the loss is
    −Σ wᵢ qᵢ log pᵢ, its mean is over examples whatever the weights, and none are ignored.
    Raises ValueError for a shape that does not fit, a label out of range or a mean over nothing,
    TypeError for labels that are not integers.

    Softmax and logarithm are one operation: log pₜ is finite where pₜ has rounded to 0.

    >>> loss, backward = cross_entropy([[3.2, 5.1, -1.7]], [0])
    >>> round(float(loss), 2), backward().round(2)
    (2.04, array([[-0.87,  0.87,  0.  ]]))
    """
    if input.ndim == 0 or input.shape[min(1, input.ndim - 1)] == 0:
        raise ValueError(f"cross_entropy: input must have shape (N, C, ...), got {input.shape}")
    axis = min(1, input.ndim - 1)
    rows = np.moveaxis(input, axis, -1)  # (..., C)
    check_options(weight, rows.shape[-1], label_smoothing)
    target, is_class = check_target(input, target, axis, ignore_index)

    shifted = rows - rows.max(axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=-1, keepdims=True)
    if is_class:
        known = target != ignore_index
        target = np.where(known, target, 0)
        factor = known.astype(input.dtype) if weight is None else weight[target] * known
        count = float(factor.sum())
        if reduction == "mean" and count == 0 and target.size:
            raise ValueError(
                f"cross_entropy: every target is ignore_index, {ignore_index}, or has weight 0, so "
                "that the mean is over nothing: take reduction='sum'"
            )
    else:
        target, count = np.moveaxis(target, axis, -1), total.size
    if is_class and label_smoothing == 0:
        shares = None
        picked = np.take_along_axis(shifted, target[..., None], axis=-1)[..., 0]
        losses = factor * (np.log(total[..., 0]) - picked)
    else:
        shares = smoothed(rows, target, is_class, weight, float(label_smoothing))
        if is_class:
            shares *= known[..., None]
        losses = (shares * (np.log(total) - shifted)).sum(axis=-1)
    loss, scale = reduce_loss("cross_entropy", losses, reduction, count)

    def backward(dloss):
        p = exponentials / total
        if shares is None:
            picked = np.take_along_axis(p, target[..., None], axis=-1)
            np.put_along_axis(p, target[..., None], picked - 1, axis=-1)
            p *= factor[..., None]
        else:
            p = p * shares.sum(axis=-1, keepdims=True) - shares
        p *= scale * (dloss if np.ndim(dloss) == 0 else dloss[..., None])
        return np.moveaxis(p, -1, axis)

    return loss, backward


def smoothed(rows, target, is_class, weight, smoothing):
    """By how much each −log pᵢ counts: (..., C)."""
    classes = rows.shape[-1]
    if is_class:
        shares = np.full(rows.shape, smoothing / classes, dtype=rows.dtype)
        places = target[..., None]
        picked = np.take_along_axis(shares, places, axis=-1)
        np.put_along_axis(shares, places, picked + (1 - smoothing), axis=-1)
    else:
        shares = target * (1 - smoothing) + smoothing / classes
    return shares if weight is None else shares * weight


def check_options(weight, classes, label_smoothing):
    """Refuse weights that are not one a class, and a smoothing outside 0 to 1."""
    if weight is not None and weight.shape != (classes,):
        raise ValueError(
            f"cross_entropy: weight must have shape ({classes},), one for each class, "
            f"got {weight.shape}"
        )
    if not 0 <= label_smoothing <= 1:
        raise ValueError(
            f"cross_entropy: label_smoothing must lie in 0 to 1, got {label_smoothing}"
        )


def check_target(input, target, axis, ignore_index):
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
    wrong = ((target < 0) | (target >= classes)) & (target != ignore_index)
    if wrong.any():
        raise ValueError(
            f"cross_entropy: labels must lie in 0 to {classes - 1} for {classes} classes, "
            f"got {target[wrong][0]}"
        )
    return target.astype(np.intp, copy=False), True
