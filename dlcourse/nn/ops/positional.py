"""Coordinates as sines and cosines, so that a network can follow fast changes."""

import math

import numpy as np

from dlcourse.nn.ops.operation import operation


@operation("x", "frequencies")
def fourier_features(x, frequencies):
    """γ(x) = (sin 2πBx, cos 2πBx), the Fourier features of a point (Tancik et al., 2020).

    x: (..., in), coordinates; frequencies: B, (F, in), in cycles per unit of x, one row a feature.
    Returns γ: (..., 2F), the sines first, and backward, which maps dL/dγ to dL/dx and
    dL/dfrequencies; `backward(dy, input_grad=False)` leaves dL/dx out. γ(x) · γ(y) =
    Σ cos 2πB(x − y) depends on the distance of two points alone: the frequencies say how far a
    point reaches.

    Raises ValueError where the shapes do not fit.

    >>> y, backward = fourier_features([[0.25, 0.0]], [[1.0, 0.0], [0.0, 3.0]])
    >>> y.round(2)
    array([[1., 0., 0., 1.]])
    """
    if frequencies.ndim != 2:
        raise ValueError(
            f"fourier_features: frequencies must have shape (F, in), got {frequencies.shape}"
        )
    if x.ndim == 0 or x.shape[-1] != frequencies.shape[1]:
        raise ValueError(
            f"fourier_features: frequencies of shape {frequencies.shape} expect x of shape "
            f"(..., {frequencies.shape[1]}), got {x.shape}"
        )
    count = len(frequencies)
    y = np.empty((*x.shape[:-1], 2 * count), dtype=x.dtype)
    angles = x @ frequencies.T
    angles *= 2 * math.pi
    sines = np.sin(angles, out=y[..., :count])
    cosines = np.cos(angles, out=y[..., count:])

    def backward(dy, input_grad=True):
        dangles = dy[..., :count] * cosines - dy[..., count:] * sines
        dangles *= 2 * math.pi
        rows, drows = x.reshape(-1, x.shape[-1]), dangles.reshape(-1, count)
        return (dangles @ frequencies if input_grad else None), drows.T @ rows

    return y, backward
