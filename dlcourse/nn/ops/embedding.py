"""Looking rows up in a table."""

import numpy as np

from dlcourse.nn.ops.operation import operation


@operation("weight")
def embedding(input, weight, padding_idx=None, scale_grad_by_freq=False):
    """y[..., :] = weight[input[...], :], which is one-hot(input) · weight.

    input: integers 0 to V−1, any shape; weight: (V, D). Returns y: (*input.shape, D) and backward,
    which maps dL/dy to None (integers have no gradient) and dL/dweight: the sum of dL/dy over the
    places where a row was used. Row padding_idx gets no gradient; scale_grad_by_freq divides each
    row's by the number of its uses. Raises TypeError for anything but integers, ValueError for one
    out of range.

    >>> y, backward = embedding([1, 1], [[0.0, 1.0], [2.0, 3.0]])
    >>> y, backward([[1.0, 1.0], [1.0, 5.0]])[1]
    (array([[2., 3.], [2., 3.]]), array([[0., 0.], [2., 6.]]))
    """
    input = np.asarray(input)
    rows = check_lookup(input, weight, padding_idx)

    def backward(dy):
        dweight = np.zeros_like(weight)
        if input.size:
            used = input.ravel().astype(np.intp)
            # Equal numbers side by side: each row's gradient is the sum of a run.
            order = np.argsort(used, kind="stable")
            starts = np.flatnonzero(np.diff(used[order], prepend=-1))
            sums = np.add.reduceat(dy.reshape(len(used), -1)[order], starts, axis=0)
            if scale_grad_by_freq:
                sums /= np.diff(starts, append=len(used))[:, None].astype(sums.dtype)
            dweight[used[order][starts]] = sums
        if padding_idx is not None:
            dweight[padding_idx] = 0
        return None, dweight

    return weight[input] if input.size else np.zeros((*input.shape, rows), weight.dtype), backward


def check_lookup(input, weight, padding_idx):
    """Refuse what cannot be looked up; returns the length of a row."""
    if weight.ndim != 2 or 0 in weight.shape:
        raise ValueError(f"embedding: weight must have shape (V, D), got {weight.shape}")
    count = len(weight)
    if input.dtype.kind not in "iu" and input.size:
        raise TypeError(f"embedding: input must hold integers, got {input.dtype}")
    if input.size and (input.min() < 0 or input.max() >= count):
        raise ValueError(
            f"embedding: input must lie in 0 to {count - 1} for {count} rows, got "
            f"{input.min()} to {input.max()}"
        )
    if padding_idx is not None and not -count <= padding_idx < count:
        raise ValueError(
            f"embedding: padding_idx must be one of the {count} rows, got {padding_idx}"
        )
    return weight.shape[1]
