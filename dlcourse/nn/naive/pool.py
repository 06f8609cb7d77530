"""Pooling, one window at a time."""

import math

import numpy as np

from dlcourse.nn.naive.conv import both


def pooled_size(size, kernel, stride, padding, dilation, ceil_mode):
    """How many windows there are along one axis."""
    room = (size + 2 * padding - dilation * (kernel - 1) - 1) / stride
    if not ceil_mode:
        return math.floor(room) + 1
    count = math.ceil(room) + 1
    return count - 1 if (count - 1) * stride >= size + padding else count


def output_shape(x, kernel, stride, padding, dilation, ceil_mode):
    """The shape (N, C, H', W') of a pooling."""
    sizes = (
        pooled_size(x.shape[2 + a], kernel[a], stride[a], padding[a], dilation[a], ceil_mode)
        for a in range(2)
    )
    return (*x.shape[:2], *sizes)


def max_pool2d(
    x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest of each window, and where it stood.

    x: (N, C, H, W). Returns y, or (y, indices), and backward, as `dlcourse.nn.ops.max_pool2d`.
    """
    kernel, padding, dilation = both(kernel_size), both(padding), both(dilation)
    stride = kernel if stride is None else both(stride)
    y = np.zeros(output_shape(x, kernel, stride, padding, dilation, ceil_mode), dtype=x.dtype)
    indices = np.zeros(y.shape, dtype=np.int64)
    for n, c, i, j in np.ndindex(y.shape):
        best = -math.inf
        for u, v in np.ndindex(kernel):
            row = i * stride[0] + u * dilation[0] - padding[0]
            column = j * stride[1] + v * dilation[1] - padding[1]
            inside = 0 <= row < x.shape[2] and 0 <= column < x.shape[3]
            if inside and x[n, c, row, column] > best:
                best = x[n, c, row, column]
                indices[n, c, i, j] = row * x.shape[3] + column
        y[n, c, i, j] = best

    def backward(dy):
        dx = np.zeros_like(x)
        for n, c, i, j in np.ndindex(y.shape):
            row, column = divmod(indices[n, c, i, j], x.shape[3])
            dx[n, c, row, column] += dy[n, c, i, j]
        return dx

    return ((y, indices) if return_indices else y), backward


def avg_pool2d(
    x,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """The mean of each window. x: (N, C, H, W). As `dlcourse.nn.ops.avg_pool2d`."""
    kernel, padding = both(kernel_size), both(padding)
    stride = kernel if stride is None else both(stride)
    y = np.zeros(output_shape(x, kernel, stride, padding, (1, 1), ceil_mode), dtype=x.dtype)

    def window(i, j):
        """The places of one window that lie on the image, and how many it is divided by."""
        places, count = [], 0
        for u, v in np.ndindex(kernel):
            row, column = i * stride[0] + u - padding[0], j * stride[1] + v - padding[1]
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                places.append((row, column))
            in_frame = row < x.shape[2] + padding[0] and column < x.shape[3] + padding[1]
            count += in_frame if count_include_pad else (row, column) in places
        return places, divisor_override or max(count, 1)

    for n, c, i, j in np.ndindex(y.shape):
        places, divisor = window(i, j)
        for place in places:
            y[n, c, i, j] += x[(n, c, *place)]
        y[n, c, i, j] /= divisor

    def backward(dy):
        dx = np.zeros_like(x)
        for n, c, i, j in np.ndindex(y.shape):
            places, divisor = window(i, j)
            for place in places:
                dx[(n, c, *place)] += dy[n, c, i, j] / divisor
        return dx

    return y, backward


def adaptive_avg_pool2d(x, output_size):
    """The mean of each of H' · W' even windows. As `dlcourse.nn.ops.adaptive_avg_pool2d`."""
    wanted = both(output_size)
    size = tuple(x.shape[2 + a] if wanted[a] is None else wanted[a] for a in range(2))
    y = np.zeros((*x.shape[:2], *size), dtype=x.dtype)

    def window(i, j):
        rows, columns = (
            slice(math.floor(o * n / m), math.ceil((o + 1) * n / m))
            for o, n, m in ((i, x.shape[2], size[0]), (j, x.shape[3], size[1]))
        )
        return rows, columns, (rows.stop - rows.start) * (columns.stop - columns.start)

    for n, c, i, j in np.ndindex(y.shape):
        rows, columns, count = window(i, j)
        y[n, c, i, j] = sum(x[n, c, rows, columns].ravel()) / count

    def backward(dy):
        dx = np.zeros_like(x)
        for n, c, i, j in np.ndindex(y.shape):
            rows, columns, count = window(i, j)
            dx[n, c, rows, columns] += dy[n, c, i, j] / count
        return dx

    return y, backward


def max_unpool2d(x, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Every value back to its place, zeros elsewhere. As `dlcourse.nn.ops.max_unpool2d`."""
    kernel, padding = both(kernel_size), both(padding)
    stride = kernel if stride is None else both(stride)
    size = [(x.shape[2 + a] - 1) * stride[a] - 2 * padding[a] + kernel[a] for a in range(2)]
    height, width = size if output_size is None else output_size[-2:]
    y = np.zeros((*x.shape[:2], height, width), dtype=x.dtype)
    for n, c, i, j in np.ndindex(x.shape):
        row, column = divmod(indices[n, c, i, j], width)
        y[n, c, row, column] = x[n, c, i, j]

    def backward(dy):
        dx = np.zeros_like(x)
        for n, c, i, j in np.ndindex(x.shape):
            row, column = divmod(indices[n, c, i, j], width)
            dx[n, c, i, j] = dy[n, c, row, column]
        return dx

    return y, backward
