"""A convolution as a matrix: equal weights along diagonals, zeros outside its windows.

y = T · x.ravel() says what a convolutional layer is among linear ones: most weights are held at 0,
the others are shared. Its transpose is the transposed convolution. The matrices are dense and made
to be looked at: that of a layer on 32 × 32 pixels with 16 channels has 268 million elements.
"""

import numpy as np

from dlcourse.nn.ops.conv import conv_windows
from dlcourse.nn.signal.convolve import MODES


def toeplitz(c, r=None):
    """T[i, j] = c[i − j] for i ≥ j, r[j − i] for i < j: constant along every diagonal.

    c: (n,), the first column; r: (m,), the first row, whose r[0] is ignored in favour of c[0];
    None is c's conjugate. Returns (n, m). Name and arguments are those of `scipy.linalg.toeplitz`.
    Raises ValueError for anything but one-dimensional c and r that are not empty.

    >>> toeplitz([1, 2, 3], [1, 4])
    array([[1, 4],
           [2, 1],
           [3, 2]])
    """
    c = vector("toeplitz", "c", c)
    r = c.conj() if r is None else vector("toeplitz", "r", r)
    diagonals = np.concatenate([r[:0:-1], c])
    rows, columns = np.ogrid[: len(c), : len(r)]
    return diagonals[len(r) - 1 + rows - columns]


def convolution_matrix(a, n, mode="full"):
    """T with T @ x = convolve(a, x, mode) for every x: (n,).

    a: (m,), n ≥ 1. Returns a Toeplitz matrix of n columns whose rows are those of
    `dlcourse.nn.signal.convolve`: m + n − 1 for "full", max(m, n) for "same",
    max(m, n) − min(m, n) + 1 for "valid". Name and arguments are those of
    `scipy.linalg.convolution_matrix`. Raises ValueError for an empty a, n < 1 and another mode.

    >>> convolution_matrix([1, 2], 3)
    array([[1, 0, 0],
           [2, 1, 0],
           [0, 2, 1],
           [0, 0, 2]])
    """
    a = vector("convolution_matrix", "a", a)
    if not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"convolution_matrix: n must be an integer of at least 1, got {n!r}")
    if mode not in MODES:
        raise ValueError(f"convolution_matrix: mode is 'full', 'same' or 'valid', got {mode!r}")
    zeros = np.zeros(n - 1, dtype=a.dtype)
    full = toeplitz(np.concatenate([a, zeros]), np.concatenate([a[:1], zeros]))
    if mode == "full":
        return full
    short, long = sorted((len(a), int(n)))
    start, rows = ((short - 1) // 2, long) if mode == "same" else (short - 1, long - short + 1)
    return full[start : start + rows]


def conv1d_matrix(weight, size, stride=1, padding=0, dilation=1):
    """T with T @ x.ravel() = y.ravel() for a 1-D layer's x: (C, size) and y: (out, size').

    weight: (out, C, k), or (k,) for one channel in and out; a cross-correlation, as in networks.
    stride, padding, dilation: integers; padding also "same" or "valid". Returns
    (out · size', C · size). Otherwise as `conv2d_matrix`. Seven inputs, windows of
    three, two apart: of 21 weights 9 are not held at 0, and 3 are different.

    >>> conv1d_matrix([1, 2, 3], size=7, stride=2)
    array([[1, 2, 3, 0, 0, 0, 0],
           [0, 0, 1, 2, 3, 0, 0],
           [0, 0, 0, 0, 1, 2, 3]])
    """
    weight = np.asarray(weight)
    weight = weight.reshape(1, 1, -1) if weight.ndim == 1 else weight
    if weight.ndim != 3 or not weight.size:
        raise ValueError(
            f"conv1d_matrix: weight must have shape (out, C, k) or (k,), got {weight.shape}"
        )
    if not isinstance(size, int | np.integer) or size < 1:
        raise ValueError(f"conv1d_matrix: size must be an integer of at least 1, got {size!r}")
    padding = padding if isinstance(padding, str) else (0, padding)
    return conv2d_matrix(weight[:, :, None], (1, size), (1, stride), padding, (1, dilation))


def conv2d_matrix(weight, size, stride=1, padding=0, dilation=1, groups=1):
    """T with T @ x.ravel() = y.ravel() for a layer's x: (C, H, W) and y: (out, H', W').

    weight: (out, C / groups, kh, kw), or (kh, kw) for one channel in and out; size: (H, W);
    stride, padding, dilation, groups as for `dlcourse.nn.ops.conv2d`. Returns
    (out · H'·W', C · H·W) of weight's dtype. With stride 1 each channel's block is doubly blocked
    Toeplitz: blocks of W' × W, one for each pair of rows, constant along every diagonal, are
    themselves constant along every diagonal. T.T @ dy.ravel() is the gradient for x and the
    transposed convolution. Raises ValueError where shapes or options do not fit.

    >>> conv2d_matrix([[1, 2], [3, 4]], size=(2, 3))
    array([[1, 2, 0, 3, 4, 0],
           [0, 1, 2, 0, 3, 4]])
    """
    weight = np.asarray(weight)
    weight = weight[None, None] if weight.ndim == 2 else weight
    if weight.ndim != 4 or not weight.size:
        raise ValueError(
            f"conv2d_matrix: weight must have shape (out, C / groups, kh, kw) or (kh, kw), "
            f"got {weight.shape}"
        )
    if np.shape(size) != (2,):
        raise ValueError(f"conv2d_matrix: size must be (H, W), got {size!r}")
    outputs, inner = weight.shape[:2]
    if not isinstance(groups, int | np.integer) or groups < 1 or outputs % groups:
        raise ValueError(f"conv2d_matrix: groups must divide the {outputs} outputs, got {groups!r}")
    windows = conv_windows(tuple(map(int, size)), weight.shape[2:], stride, padding, dilation)

    pixels = np.arange(np.prod(windows.size)).reshape(windows.size)
    framed = windows.pad(pixels, value=-1)
    matrix = np.zeros(
        (outputs, np.prod(windows.output), inner * groups, pixels.size), dtype=weight.dtype
    )
    for (u, v), place in zip(np.ndindex(windows.kernel), windows.places(), strict=True):
        reads = framed[place].ravel()  # for each output place the pixel under (u, v), or padding
        inside = np.flatnonzero(reads >= 0)
        for o, c in np.ndindex(outputs, inner):
            channel = o // (outputs // groups) * inner + c
            matrix[o, inside, channel, reads[inside]] = weight[o, c, u, v]
    return matrix.reshape(outputs * matrix.shape[1], -1)


def vector(title, name, value):
    """Return value as an array of one axis that is not empty."""
    array = np.asarray(value)
    if array.ndim != 1 or not array.size:
        raise ValueError(
            f"{title}: {name} must be a one-dimensional array that is not empty, "
            f"got shape {array.shape}"
        )
    return array
