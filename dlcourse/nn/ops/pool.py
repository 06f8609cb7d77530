"""Pooling: the largest or the mean of each window, and the way back up."""

import numpy as np

from dlcourse.nn.ops.operation import operation
from dlcourse.nn.ops.windows import Windows, check_image, pair

# Images that are worked on together: as many as stay, with what is made of them, in the cache.
BLOCK_BYTES = 2**19


@operation("x")
def max_pool2d(
    x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """y[n, c, i, j] = max over u, v of x[n, c, i·s + u·d − p, j·s + v·d − p].

    x: (N, C, H, W). kernel_size, stride s (kernel_size where None), padding p (of −∞, at most half
    the kernel), dilation d: an integer or a pair (vertical, horizontal). Returns y: (N, C, H', W')
    with H' = ⌊(H + 2p − d(kernel − 1) − 1) / s⌋ + 1, and backward. ceil_mode rounds up instead and
    leaves out a window that would begin beyond the image. return_indices=True returns (y, indices)
    for y, with the place h · W + w of each maximum, as max_unpool2d takes them.

    Backward sends dL/dy to the place of the maximum, the first in reading order where several are
    equal, as PyTorch does. Raises ValueError where options do not fit or no window does.

    >>> y, backward = max_pool2d([[[[1.0, 5.0, 2.0, 0.0], [9.0, 3.0, 4.0, 8.0]]]], 2)
    >>> y
    array([[[[9., 8.]]]])
    >>> backward([[[[1.0, 10.0]]]])
    array([[[[ 0.,  0.,  0.,  0.],
             [ 1.,  0.,  0., 10.]]]])
    """
    check_image("max_pool2d", x)
    windows = pool_windows("max_pool2d", x, kernel_size, stride, padding, dilation, ceil_mode)
    padded = windows.pad(x, -np.inf)
    # The largest of each row of a window, then of these: in this order the first row that holds
    # the maximum wins, and in it the first place.
    rows = largest(padded, windows, axis=1)
    y = largest(rows, windows, axis=0)

    def backward(dy):
        dx = np.empty(x.shape, dtype=x.dtype)
        for block in blocks_of(padded):
            drows = to_the_largest(dy[block], rows[block], y[block], windows, axis=0)
            part = to_the_largest(drows, padded[block], rows[block], windows, axis=1)
            dx[block] = part[(..., *windows.inside)]
        return dx

    if return_indices:
        return (y, indices_of(y, padded, windows)), backward
    return y, backward


def largest(x, windows, axis):
    """The largest over the kernel along one axis of an image."""
    parts = [x[windows.along(axis, k)] for k in range(windows.kernel[axis])]
    y = parts[0].copy() if len(parts) == 1 else np.maximum(parts[0], parts[1])
    for part in parts[2:]:
        np.maximum(y, part, out=y)
    return y


def to_the_largest(dy, x, y, windows, axis):
    """The gradient for x of y = largest(x, windows, axis): dy, at the first place equal to y."""
    dx, rest, share = np.zeros(x.shape, dtype=x.dtype), dy.copy(), np.empty_like(dy)
    for k in range(windows.kernel[axis] - 1):
        part = windows.along(axis, k)
        np.multiply(rest, x[part] == y, out=share)
        dx[part] += share
        rest -= share
    dx[windows.along(axis, windows.kernel[axis] - 1)] += rest
    return dx


def blocks_of(images):
    """Slices of the batch, each of about BLOCK_BYTES and at least one example."""
    step = max(1, BLOCK_BYTES // max(1, images[:1].nbytes))
    return [slice(start, start + step) for start in range(0, len(images), step)]


def indices_of(y, padded, windows):
    """The place h · W + w of the first input of each window that equals y."""
    indices = np.zeros(y.shape, dtype=np.int64)
    width = windows.size[1]
    (top, _), (left, _) = windows.padding
    h, w = np.ogrid[: windows.padded[0], : windows.padded[1]]
    numbers = (h - top) * width + (w - left)
    for place in reversed(list(windows.places())):
        np.copyto(indices, numbers[place], where=padded[place] == y)
    return indices


@operation("x")
def avg_pool2d(
    x,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """y[n, c, i, j] = the mean of x[n, c, i·s + u − p, j·s + v − p] over the kernel's places u, v.

    x: (N, C, H, W). kernel_size, stride s (kernel_size where None) and padding p (of zeros, at most
    half the kernel): an integer or a pair (vertical, horizontal). Returns y: (N, C, H', W') with H'
    as for max_pool2d, and backward, which spreads dL/dy evenly over the window. The sum is divided
    by the places in the window, padding among them unless count_include_pad=False, or by
    divisor_override. Raises ValueError where options do not fit or no window does.

    >>> y, backward = avg_pool2d([[[[1.0, 5.0], [9.0, 3.0]]]], 2)
    >>> y, backward([[[[4.0]]]])
    (array([[[[4.5]]]]), array([[[[1., 1.], [1., 1.]]]]))
    """
    check_image("avg_pool2d", x)
    windows = pool_windows("avg_pool2d", x, kernel_size, stride, padding, 1, ceil_mode)
    if divisor_override is None:
        divisor = window_sizes(windows, padding, count_include_pad).astype(x.dtype)
    elif divisor_override == 0:
        raise ValueError("avg_pool2d: divisor_override must not be 0")
    else:
        divisor = x.dtype.type(divisor_override)
    y = total(total(windows.pad(x), windows, axis=0), windows, axis=1)
    y /= divisor

    def backward(dy):
        rows = np.zeros((*y.shape[:3], windows.padded[1]), dtype=x.dtype)
        dx = np.zeros((*x.shape[:2], *windows.padded), dtype=x.dtype)
        share = dy / divisor
        for k in range(windows.kernel[1]):
            rows[windows.along(1, k)] += share
        for k in range(windows.kernel[0]):
            dx[windows.along(0, k)] += rows
        return dx[(..., *windows.inside)]

    return y, backward


def total(x, windows, axis):
    """The sum over the kernel along one axis of an image."""
    y = x[windows.along(axis, 0)].copy()
    for k in range(1, windows.kernel[axis]):
        y += x[windows.along(axis, k)]
    return y


def window_sizes(windows, padding, count_include_pad):
    """By how many places each window is divided: (H', W')."""
    frame = pair("avg_pool2d", "padding", padding, least=0)
    counts = []
    for axis in range(2):
        first = np.arange(windows.output[axis]) * windows.stride[axis] - frame[axis]
        last = first + windows.kernel[axis]
        margin = frame[axis] if count_include_pad else 0
        count = np.minimum(last, windows.size[axis] + margin) - np.maximum(first, -margin)
        # Rounding up may leave a window in the padding, whose sum is 0.
        counts.append(np.maximum(count, 1))
    return np.outer(*counts)


@operation("x")
def adaptive_avg_pool2d(x, output_size):
    """Mean pooling to a size: y = A x Bᵀ, with windows that share the image as evenly as they can.

    x: (N, C, H, W). output_size: an integer or a pair (H', W'); None keeps that axis. Returns y:
    (N, C, H', W') and backward: dL/dx = Aᵀ dL/dy B. Row i of A is the mean over the inputs
    ⌊i·H / H'⌋ to ⌈(i + 1)·H / H'⌉ − 1, of which neighbours may share one; B is the same for W.
    Raises ValueError for a size that is no integer of at least 1, or an empty image.

    >>> adaptive_avg_pool2d([[[[1.0, 2.0, 6.0], [1.0, 2.0, 6.0]]]], (1, 2))[0]
    array([[[[1.5, 4. ]]]])
    """
    check_image("adaptive_avg_pool2d", x)
    if 0 in x.shape[2:]:
        raise ValueError(f"adaptive_avg_pool2d: the images of shape {x.shape} are empty")
    wanted = output_size if isinstance(output_size, tuple | list) else (output_size, output_size)
    if len(wanted) == 2:
        wanted = tuple(n if w is None else w for w, n in zip(wanted, x.shape[2:], strict=True))
    height, width = pair("adaptive_avg_pool2d", "output_size", wanted)
    down = averages(x.shape[2], height, x.dtype)
    across = averages(x.shape[3], width, x.dtype)
    if (height, width) == (1, 1):  # one product for all: twice as fast as two small ones an image
        both = np.outer(down, across)
        y = (x.reshape(-1, both.size) @ both.reshape(-1, 1)).reshape(*x.shape[:2], 1, 1)
        return y, lambda dy: dy * both
    y = down @ (x @ across.T)

    def backward(dy):
        return (down.T @ dy) @ across

    return y, backward


def averages(inputs, outputs, dtype):
    """The matrix (outputs, inputs) of an adaptive mean along one axis."""
    matrix = np.zeros((outputs, inputs), dtype=dtype)
    for i in range(outputs):
        first, last = i * inputs // outputs, -(-(i + 1) * inputs // outputs)
        matrix[i, first:last] = 1 / (last - first)
    return matrix


@operation("x")
def max_unpool2d(x, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Put every value back where max_pool2d found it; zeros elsewhere (Zeiler & Fergus, 2014).

    x: (N, C, H, W), indices: of x's shape, places h · W' + w, from max_pool2d with
    return_indices=True and the same kernel_size, stride and padding. Returns y: (N, C, H', W') with
    H' = (H − 1)s − 2p + kernel, or output_size (several sizes pool to one), and backward, which
    picks dL/dy at the indices. Where windows overlapped and chose one place twice, the last value
    stays. Raises ValueError where shapes, size or indices do not fit, TypeError for indices that
    are not integers.

    >>> y, backward = max_unpool2d([[[[9.0, 8.0]]]], [[[[4, 7]]]], 2)
    >>> y
    array([[[[0., 0., 0., 0.],
             [9., 0., 0., 8.]]]])
    """
    check_image("max_unpool2d", x)
    indices = np.asarray(indices)
    if indices.dtype.kind not in "iu":
        raise TypeError(f"max_unpool2d: indices must be integers, got {indices.dtype}")
    if indices.shape != x.shape:
        raise ValueError(
            f"max_unpool2d: indices must have the shape of x, {x.shape}, got {indices.shape}"
        )
    height, width = unpooled_size(x.shape[2:], kernel_size, stride, padding, output_size)
    if indices.size and (indices.min() < 0 or indices.max() >= height * width):
        raise ValueError(
            f"max_unpool2d: indices must lie in 0 to {height * width - 1} for an output of "
            f"{height} × {width}, got {indices.min()} to {indices.max()}"
        )
    flat = indices.reshape(*x.shape[:2], x.shape[2] * x.shape[3])
    y = np.zeros((*x.shape[:2], height * width), dtype=x.dtype)
    np.put_along_axis(y, flat, x.reshape(flat.shape), axis=-1)

    def backward(dy):
        picked = np.take_along_axis(dy.reshape(y.shape), flat, axis=-1)
        return picked.reshape(x.shape)

    return y.reshape(*x.shape[:2], height, width), backward


def unpooled_size(size, kernel_size, stride, padding, output_size):
    """The size whose pooling gives `size`, or the wished one where its pooling does as well."""
    kernel = pair("max_unpool2d", "kernel_size", kernel_size)
    stride = kernel if stride is None else pair("max_unpool2d", "stride", stride)
    padding = pair("max_unpool2d", "padding", padding, least=0)
    usual = tuple((size[a] - 1) * stride[a] - 2 * padding[a] + kernel[a] for a in range(2))
    if output_size is None:
        return usual
    wished = tuple(output_size)[-2:]
    if len(wished) != 2 or any(abs(wished[a] - usual[a]) >= stride[a] for a in range(2)):
        raise ValueError(
            f"max_unpool2d: output_size must be within the stride {stride} of {usual}, "
            f"got {tuple(output_size)}"
        )
    return wished


def pool_windows(title, x, kernel_size, stride, padding, dilation, ceil_mode):
    """The windows of a pooling on images x: (N, C, H, W)."""
    size, kernel = x.shape[2:], pair(title, "kernel_size", kernel_size)
    stride = kernel if stride is None else pair(title, "stride", stride)
    padding = pair(title, "padding", padding, least=0)
    dilation = pair(title, "dilation", dilation)
    frame = tuple((p, p) for p in padding)
    windows = Windows(size, kernel, stride, frame, dilation)
    if any(2 * p > e for p, e in zip(padding, windows.extent, strict=True)):
        raise ValueError(
            f"{title}: padding is at most half the kernel, else a window would hold nothing else, "
            f"got {padding} for a kernel that spans {windows.extent}"
        )
    if ceil_mode:
        # The last window may reach past the padding and must begin before it.
        room = [n - e for n, e in zip(windows.padded, windows.extent, strict=True)]
        count = [-(-r // s) + 1 for r, s in zip(room, stride, strict=True)]
        count = tuple(
            n - ((n - 1) * s >= size[a] + padding[a])
            for a, (n, s) in enumerate(zip(count, stride, strict=True))
        )
        after = tuple(
            max(p, (count[a] - 1) * stride[a] + windows.extent[a] - size[a] - p)
            for a, p in enumerate(padding)
        )
        frame = tuple(zip(padding, after, strict=True))
        windows = Windows(size, kernel, stride, frame, dilation, count)
    return windows.check(title)
