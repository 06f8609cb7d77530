"""The affine map that every fully connected layer is."""

from dlcourse.nn.ops.operation import operation


@operation("x", "weight", "bias")
def linear(x, weight, bias=None):
    """y = x Wᵀ + b.

    x: (..., in), weight: (out, in), bias: (out,) or None. Returns y: (..., out) and backward,
    which maps dL/dy: (..., out) to dL/dx, dL/dweight, dL/dbias. `backward(dy, input_grad=False)`
    leaves dL/dx out: the first layer of a network has no use for it, and it costs as much as the
    forward pass.

    Raises ValueError where the shapes do not fit, TypeError for anything but floats of one dtype.

    >>> y, backward = linear([[1.0, -1.0]], [[1.0, -2.0], [-1.0, 1.0]], [1.0, 0.0])
    >>> y
    array([[ 4., -2.]])
    >>> dx, dweight, dbias = backward([[1.0, 10.0]])
    >>> dx, dweight, dbias
    (array([[-9.,  8.]]), array([[  1.,  -1.], [ 10., -10.]]), array([ 1., 10.]))
    """
    check_shapes(x, weight, bias)
    y = x @ weight.T
    if bias is not None:
        y += bias

    def backward(dy, input_grad=True):
        rows, dy_rows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
        dx = dy @ weight if input_grad else None
        dweight = dy_rows.T @ rows
        dbias = dy_rows.sum(axis=0) if bias is not None else None
        return dx, dweight, dbias

    return y, backward


def check_shapes(x, weight, bias):
    """Refuse what x Wᵀ + b is not defined for, in words."""
    if weight.ndim != 2:
        raise ValueError(f"linear: weight must have shape (out, in), got {weight.shape}")
    if x.ndim == 0 or x.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"linear: weight of shape {weight.shape} expects x of shape (..., {weight.shape[1]}), "
            f"got {x.shape}"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(
            f"linear: weight of shape {weight.shape} expects bias of shape {weight.shape[:1]}, "
            f"got {bias.shape}"
        )
