"""Operations that move numbers and change none."""

from math import prod

from dlcourse.nn.ops.operation import operation


@operation("x")
def flatten(x, start_dim=0, end_dim=-1):
    """The axes from start_dim to end_dim as one: maps of features become a row of features.

    x: any shape. Returns y and backward, which gives dL/dy the shape of x. Raises ValueError for
    axes that x does not have, or in the wrong order.

    >>> flatten([[[1.0, 2.0], [3.0, 4.0]]], start_dim=1)[0]
    array([[1., 2., 3., 4.]])
    """
    axes = max(x.ndim, 1)
    if not (-axes <= start_dim < axes and -axes <= end_dim < axes):
        raise ValueError(
            f"flatten: start_dim and end_dim must be axes of {x.shape}, got {start_dim}, {end_dim}"
        )
    first, last = start_dim % axes, end_dim % axes
    if first > last:
        raise ValueError(
            f"flatten: start_dim must not come after end_dim, got {start_dim}, {end_dim}"
        )
    shape = (*x.shape[:first], prod(x.shape[first : last + 1]), *x.shape[last + 1 :])
    return x.reshape(shape), lambda dy: dy.reshape(x.shape)
