"""The convolution and its transpose, each as one matrix product for a piece of the batch.

With every window as a column, y = W · columns; the gradient for x is the transpose of that map,
and the transposed convolution is that gradient used as a forward pass.
"""

import numpy as np

from dlcourse.nn.ops.columns import NARROW, pieces
from dlcourse.nn.ops.operation import operation
from dlcourse.nn.ops.windows import Windows, check_image, pair


@operation("x", "weight", "bias")
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """y[n, o, i, j] = b[o] + Σ_{c, u, v} w[o, c, u, v] · x[n, c, i·s + u·d − p, j·s + v·d − p].

    A cross-correlation, which the field calls convolution (LeCun et al., 1989). x: (N, C, H, W),
    weight: (out, C / groups, kh, kw), bias: (out,) or None. stride s, padding p (of zeros) and
    dilation d: an integer or a pair (vertical, horizontal); padding also "valid" (none) or "same"
    (y is as large as x, stride 1). Output o sees the channels of its own group alone.

    Returns y: (N, out, H', W') with H' = ⌊(H + 2p − d(kh − 1) − 1) / s⌋ + 1, and backward, which
    maps dL/dy to dL/dx, dL/dweight, dL/dbias. `backward(dy, input_grad=False)` leaves dL/dx out.
    The windows are laid out as columns a piece at a time and once more in backward: kept for the
    whole batch they would take kh · kw times the memory of x.

    Raises ValueError where shapes or options do not fit or the kernel is larger than the padded x.

    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> y, backward = conv2d(x, [[[[1.0, 0.0], [0.0, -1.0]]]])
    >>> y[0, 0]
    array([[-4., -4.],
           [-4., -4.]])
    >>> dx, dweight, dbias = backward(np.ones_like(y))
    >>> dx[0, 0]
    array([[ 1.,  1.,  0.],
           [ 1.,  0., -1.],
           [ 0., -1., -1.]])
    """
    check_weight("conv2d", weight, bias, groups, outputs=weight.shape[:1])
    check_image("conv2d", x, weight.shape[1] * groups)
    windows = conv_windows(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    layout = (windows, x.shape[1], len(x), groups, x.dtype)
    matrix = as_matrix(weight, groups)  # (groups, out / groups, C / groups · kh · kw)

    y = np.empty((len(x), weight.shape[0], *windows.output), dtype=x.dtype)
    for columns, inputs, outputs in pieces(*layout):
        columns_to_images(matrix, columns.unfold(x[inputs]), y[outputs])
    if bias is not None:
        y += bias[:, None, None]

    def backward(dy, input_grad=True):
        dx = np.zeros(x.shape, dtype=x.dtype) if input_grad else None
        dmatrix = np.zeros_like(matrix)
        for columns, inputs, outputs in pieces(*layout):
            part = dy[outputs]
            dmatrix += weight_gradient(part, columns.unfold(x[inputs]))
            if input_grad:
                dcolumns = images_to_columns(matrix, part, columns.empty(len(part)))
                dx[inputs] += columns.fold(dcolumns)
        dbias = None if bias is None else dy.sum(axis=(0, 2, 3))
        return dx, from_matrix(dmatrix, weight.shape), dbias

    return y, backward


@operation("x", "weight", "bias")
def conv_transpose2d(
    x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """y[n, o, i·s + u·d − p, j·s + v·d − p] += w[c, o, u, v] · x[n, c, i, j], over all c, i, j.

    The transpose of conv2d: every input puts a copy of the kernel on the output, and overlapping
    copies add (Zeiler et al., 2010, who call it deconvolution). x: (N, C, H, W), weight:
    (C, out / groups, kh, kw), bias: (out,) or None. stride s, padding p (which is cut off),
    output_padding (rows and columns that are added at the lower right, because s output sizes
    share one input size) and dilation d: an integer or a pair (vertical, horizontal).

    Returns y: (N, out, H', W') with H' = (H − 1)s − 2p + d(kh − 1) + output_padding + 1, and
    backward, which maps dL/dy to dL/dx, dL/dweight, dL/dbias. `backward(dy, input_grad=False)`
    leaves dL/dx out.

    Raises ValueError where shapes or options do not fit, output_padding is not smaller than stride
    or dilation, or nothing is left of y.

    >>> y, backward = conv_transpose2d([[[[1.0, 10.0]]]], [[[[1.0, 2.0, 3.0]]]], stride=(1, 2))
    >>> y[0, 0]
    array([[ 1.,  2., 13., 20., 30.]])
    """
    check_weight("conv_transpose2d", weight, bias, groups, inputs=weight.shape[:1])
    check_image("conv_transpose2d", x, weight.shape[0])
    channels = weight.shape[1] * groups
    windows = transposed_windows(
        x.shape[2:], weight.shape[2:], stride, padding, output_padding, dilation
    )
    layout = (windows, channels, len(x), groups, x.dtype)
    matrix = as_matrix(weight, groups)  # (groups, C / groups, out / groups · kh · kw)

    y = np.zeros((len(x), channels, *windows.size), dtype=x.dtype)
    for columns, outputs, inputs in pieces(*layout):
        part = x[inputs]
        copies = images_to_columns(matrix, part, columns.empty(len(part)))
        y[outputs] += columns.fold(copies)
    if bias is not None:
        y += bias[:, None, None]

    def backward(dy, input_grad=True):
        dx = np.empty(x.shape, dtype=x.dtype) if input_grad else None
        dmatrix = np.zeros_like(matrix)
        for columns, outputs, inputs in pieces(*layout):
            dcopies = columns.unfold(dy[outputs])
            dmatrix += weight_gradient(x[inputs], dcopies)
            if input_grad:
                columns_to_images(matrix, dcopies, dx[inputs])
        dbias = None if bias is None else dy.sum(axis=(0, 2, 3))
        return dx, from_matrix(dmatrix, weight.shape), dbias

    return y, backward


# The two products, for images (m, C, H, W), columns (groups, rows, m, places) and a matrix of shape
# (groups, C / groups, rows). A product with few columns is slow: small images go together.


def columns_to_images(matrix, columns, images):
    """images = matrix · columns, written into images."""
    m, places = columns.shape[2:]
    if places < NARROW:
        rows = matrix @ columns.reshape(*columns.shape[:2], m * places)
        images[...] = rows.reshape(-1, m, *images.shape[2:]).swapaxes(0, 1)
    else:
        by_sample = images.reshape(m, *matrix.shape[:2], places)
        np.matmul(matrix, columns.transpose(2, 0, 1, 3), out=by_sample)


def images_to_columns(matrix, images, columns):
    """columns = matrixᵀ · images, written into columns and returned."""
    m, places = columns.shape[2:]
    transposed = matrix.swapaxes(1, 2)
    if places < NARROW:
        columns[...] = (transposed @ as_rows(images, len(matrix))).reshape(columns.shape)
    else:
        by_sample = images.reshape(m, *matrix.shape[:2], places)
        np.matmul(transposed, by_sample, out=columns.transpose(2, 0, 1, 3))
    return columns


def weight_gradient(images, columns):
    """images · columnsᵀ, summed over samples and places: (groups, C / groups, rows)."""
    flat = columns.reshape(*columns.shape[:2], -1)
    return as_rows(images, len(columns)) @ flat.swapaxes(1, 2)


def as_rows(images, groups):
    """(m, C, H, W) → (groups, C / groups, m · H · W): a row a channel."""
    m, channels, height, width = images.shape
    return images.swapaxes(0, 1).reshape(groups, channels // groups, m * height * width)


def as_matrix(weight, groups):
    """(a, b, kh, kw) → (groups, a / groups, b · kw · kh), in the order of `Columns`."""
    return weight.transpose(0, 1, 3, 2).reshape(groups, weight.shape[0] // groups, -1)


def from_matrix(matrix, shape):
    """The way back of as_matrix, to a weight of that shape."""
    a, b, down, across = shape
    return np.ascontiguousarray(matrix.reshape(a, b, across, down).transpose(0, 1, 3, 2))


# What the two are defined for


def check_weight(title, weight, bias, groups, inputs=None, outputs=None):
    """Refuse a weight that is no stack of kernels, or a bias or groups that do not fit it."""
    axes = "(out, C / groups, kh, kw)" if inputs is None else "(C, out / groups, kh, kw)"
    if weight.ndim != 4 or 0 in weight.shape:
        raise ValueError(f"{title}: weight must have shape {axes}, got {weight.shape}")
    if not isinstance(groups, int | np.integer) or groups < 1 or weight.shape[0] % groups:
        raise ValueError(
            f"{title}: groups must divide the {weight.shape[0]} "
            f"{'outputs' if inputs is None else 'inputs'} of weight, got {groups!r}"
        )
    outputs = weight.shape[0] if inputs is None else weight.shape[1] * groups
    if bias is not None and bias.shape != (outputs,):
        raise ValueError(f"{title}: bias must have shape ({outputs},), got {bias.shape}")


def conv_windows(size, kernel, stride, padding, dilation):
    """The windows of a convolution on an image of that size."""
    stride = pair("conv2d", "stride", stride)
    dilation = pair("conv2d", "dilation", dilation)
    if padding == "valid":
        padding = 0
    if padding == "same":
        if stride != (1, 1):
            raise ValueError(f"conv2d: padding='same' needs stride 1, got {stride}")
        total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        frame = tuple((t // 2, t - t // 2) for t in total)
    elif isinstance(padding, str):
        raise ValueError(
            f"conv2d: padding is 'same', 'valid', an integer or a pair, got {padding!r}"
        )
    else:
        frame = tuple((p, p) for p in pair("conv2d", "padding", padding, least=0))
    return Windows(size, kernel, stride, frame, dilation).check("conv2d")


def transposed_windows(size, kernel, stride, padding, output_padding, dilation):
    """The windows on the output of a transposed convolution, one for each place of the input."""
    title = "conv_transpose2d"
    stride = pair(title, "stride", stride)
    dilation = pair(title, "dilation", dilation)
    padding = pair(title, "padding", padding, least=0)
    extra = pair(title, "output_padding", output_padding, least=0)
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True)):
        raise ValueError(
            f"{title}: output_padding must be smaller than stride or dilation, got {extra} with "
            f"stride {stride} and dilation {dilation}"
        )
    output = tuple(
        (size[a] - 1) * stride[a] - 2 * padding[a] + dilation[a] * (kernel[a] - 1) + extra[a] + 1
        for a in range(2)
    )
    if min(output) < 1 or min(size) < 1:
        raise ValueError(
            f"{title}: an input of {size[0]} × {size[1]} would give an output of "
            f"{output[0]} × {output[1]}: take less padding"
        )
    return Windows(output, kernel, stride, tuple((p, p) for p in padding), dilation, tuple(size))
