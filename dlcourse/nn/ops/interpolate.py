"""Resizing images: a matrix for each axis."""

import math
from fractions import Fraction

import numpy as np

from dlcourse.nn.ops.operation import operation
from dlcourse.nn.ops.windows import check_image, pair


@operation("x")
def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """y = A x Bᵀ: every row of A and B holds the weights of the inputs that make one output.

    x: (N, C, H, W). Either size, an integer or a pair (H', W'), or scale_factor, a number or a
    pair, with H' = ⌊H · scale_factor⌋. Returns y: (N, C, H', W') and backward: dL/dx = Aᵀ dL/dy B.

    mode="nearest": output i copies input ⌊i · s⌋, with s = H / H' or 1 / scale_factor.
    mode="bilinear": output i stands at (i + ½) · s − ½ (0 at least) and mixes its two neighbours by
    distance; align_corners=True puts it at i · (H − 1) / (H' − 1), so that corners stay corners.
    Raises ValueError where options do not fit or an image is empty.

    >>> interpolate([[[[1.0, 2.0]]]], scale_factor=(1, 2))[0]
    array([[[[1., 1., 2., 2.]]]])
    >>> interpolate([[[[1.0, 2.0]]]], size=(1, 4), mode="bilinear")[0]
    array([[[[1.  , 1.25, 1.75, 2.  ]]]])
    """
    check_image("interpolate", x)
    if 0 in x.shape[2:]:
        raise ValueError(f"interpolate: the images of shape {x.shape} are empty")
    check_mode(mode, align_corners)
    sizes, steps = resized(x.shape[2:], size, scale_factor)
    down, across = (
        weights(x.shape[2 + a], sizes[a], steps[a], mode, align_corners).astype(x.dtype)
        for a in range(2)
    )
    y = down @ (x @ across.T)

    def backward(dy):
        return (down.T @ dy) @ across

    return y, backward


def weights(inputs, outputs, step, mode, align_corners):
    """The matrix (outputs, inputs) along one axis. step: the distance of outputs, in inputs."""
    matrix, i = np.zeros((outputs, inputs)), np.arange(outputs)
    if mode == "nearest":
        nearest = [min(math.floor(place * step), inputs - 1) for place in range(outputs)]
        matrix[i, nearest] = 1
        return matrix
    if align_corners:
        position = i * ((inputs - 1) / max(outputs - 1, 1))
    else:
        position = np.maximum((i + 0.5) * float(step) - 0.5, 0)
    before = np.minimum(position.astype(int), inputs - 1)
    share = np.minimum(position - before, 1)
    # At the edge both neighbours are the last input.
    np.add.at(matrix, (i, before), 1 - share)
    np.add.at(matrix, (i, np.minimum(before + 1, inputs - 1)), share)
    return matrix


def resized(shape, size, scale_factor):
    """The output's size, and the distance of its places in inputs, along both axes."""
    if (size is None) == (scale_factor is None):
        raise ValueError(
            f"interpolate: give either size or scale_factor, got {size!r} and {scale_factor!r}"
        )
    if size is not None:
        sizes = pair("interpolate", "size", size)
        # Exact: a float would now and then round i · n / m below the integer that it is.
        return sizes, tuple(Fraction(n, m) for n, m in zip(shape, sizes, strict=True))
    several = isinstance(scale_factor, tuple | list)
    factors = tuple(scale_factor) if several else (scale_factor, scale_factor)
    if len(factors) != 2 or not all(f > 0 for f in factors):
        raise ValueError(
            f"interpolate: scale_factor must be a number above 0 or a pair, got {scale_factor!r}"
        )
    sizes = tuple(math.floor(n * f) for n, f in zip(shape, factors, strict=True))
    if min(sizes) < 1:
        raise ValueError(
            f"interpolate: scale_factor {scale_factor!r} leaves nothing of {shape[0]} × {shape[1]}"
        )
    return sizes, tuple(1 / f for f in factors)


def check_mode(mode, align_corners):
    """Refuse other modes, and align_corners where it means nothing."""
    if mode not in ("nearest", "bilinear"):
        raise ValueError(f"interpolate: mode is 'nearest' or 'bilinear', got {mode!r}")
    if mode == "nearest" and align_corners is not None:
        raise ValueError("interpolate: align_corners goes with mode='bilinear' alone")
