"""Convolution and cross-correlation of signals and images, by their definitions.

Names and arguments are those of `numpy.convolve`, `numpy.correlate`, `scipy.signal.convolve2d` and
`scipy.signal.correlate2d`. A convolution turns the kernel around before it slides; what a network
calls convolution (`dlcourse.nn.ops.conv2d`) does not, and is a cross-correlation. The loops that
define them are in `dlcourse.nn.naive.signal`.
"""

from itertools import product

import numpy as np

MODES = ("full", "same", "valid")
BOUNDARIES = {"fill": "constant", "wrap": "wrap", "symm": "symmetric"}


def convolve(a, v, mode="full"):
    """y[n] = Σₘ a[n − m] · v[m]: flip v, then slide it along a.

    a: (N,), v: (M,), neither empty, in either order: a convolution commutes. mode: "full", every
    overlap, returns (N + M − 1,); "same" the middle of it, (max(N, M),); "valid" the places where
    the shorter lies within the longer, (max(N, M) − min(N, M) + 1,). The dtype is that of a · v.
    Raises ValueError for an empty or not one-dimensional array and for another mode.

    >>> convolve([1, 2, 3], [0, 1, 0.5])
    array([0. , 1. , 2.5, 4. , 1.5])
    >>> convolve([1, 2, 3], [0, 1, 0.5], mode="valid")
    array([2.5])
    """
    a, v = checked("convolve", {"a": a, "v": v}, 1, mode)
    if len(v) > len(a):
        a, v = v, a
    y = slide(np.pad(a, len(v) - 1), v[::-1])
    return centre(y, mode, a.shape, v.shape, [(len(v) - 1) // 2])


def correlate(a, v, mode="valid"):
    """y[k] = Σₙ a[n + k] · v̄[n]: slide v along a as it is (v̄: its complex conjugate).

    a: (N,), v: (M,), neither empty. "full" starts at k = −(M − 1), where only v's last element
    lies on a; the modes and their lengths are those of `convolve`, but this default is "valid", as
    in NumPy. It does not commute: with a and v exchanged, y is reversed and conjugated. In the
    notation (f ⋆ g)[n] = Σ f̄[m] g[m + n], y = v ⋆ a. correlate(a, v) = convolve(a, v̄ reversed):
    the two agree where v is even. Errors as for `convolve`.

    >>> correlate([1, 2, 3], [0, 1, 0.5])
    array([3.5])
    >>> correlate([1, 2, 3], [0, 1, 0.5], mode="full")
    array([0.5, 2. , 3.5, 3. , 0. ])
    """
    a, v = checked("correlate", {"a": a, "v": v}, 1, mode)
    y = slide(np.pad(a, len(v) - 1), v.conj())
    start = (len(v) - 1) // 2 if len(v) <= len(a) else len(a) // 2
    return centre(y, mode, a.shape, v.shape, [start], largest=True)


def convolve2d(in1, in2, mode="full", boundary="fill", fillvalue=0):
    """y[i, j] = Σ_{u, v} in1[i − u, j − v] · in2[u, v]: the kernel turned by 180°, then slid.

    in1: (H, W), in2: (h, w). mode: "full" returns (H + h − 1, W + w − 1); "same" the middle of it,
    (H, W); "valid" the places that need nothing beyond the edge, (H − h + 1, W − w + 1), where one
    of the two must be at least as large as the other along both axes. boundary: what lies beyond
    the edge of in1: "fill" (fillvalue), "wrap" (the opposite side) or "symm" (the mirror image).
    Raises ValueError for arrays that are empty or not two-dimensional and for unknown modes.

    >>> convolve2d([[1, 2], [3, 4]], [[0, 1], [1, 0]])
    array([[0, 1, 2],
           [1, 5, 4],
           [3, 4, 0]])
    """
    image, kernel = checked("convolve2d", {"in1": in1, "in2": in2}, 2, mode)
    return filter2d("convolve2d", image, kernel[::-1, ::-1], mode, boundary, fillvalue, 1)


def correlate2d(in1, in2, mode="full", boundary="fill", fillvalue=0):
    """y[i, j] = Σ_{u, v} in1[i + u, j + v] · in2[u, v] (in2 conjugated): template matching.

    Arguments, shapes and errors as for `convolve2d`. "valid" is what a convolutional layer with
    one channel computes.

    >>> correlate2d([[1, 2], [3, 4]], [[0, 1], [1, 0]])
    array([[0, 1, 2],
           [1, 5, 4],
           [3, 4, 0]])
    >>> image = np.arange(1, 10).reshape(3, 3)
    >>> correlate2d(image, [[0, 1, -1], [1, 0, 1], [1, 2, 0]], mode="valid")
    array([[32]])
    """
    image, kernel = checked("correlate2d", {"in1": in1, "in2": in2}, 2, mode)
    return filter2d("correlate2d", image, kernel.conj(), mode, boundary, fillvalue, 0)


def filter2d(title, image, kernel, mode, boundary, fillvalue, early):
    """Slide a kernel along an image; "same" starts `early` rows before the kernel's middle."""
    if boundary not in BOUNDARIES:
        raise ValueError(f"{title}: boundary is 'fill', 'wrap' or 'symm', got {boundary!r}")
    larger = [n >= m for n, m in zip(image.shape, kernel.shape, strict=True)]
    smaller = [n <= m for n, m in zip(image.shape, kernel.shape, strict=True)]
    if mode == "valid" and not (all(larger) or all(smaller)):
        raise ValueError(
            f"{title}: mode 'valid' needs one input at least as large as the other along both "
            f"axes, got {image.shape} and {kernel.shape}: take 'same' or 'full'"
        )
    if mode == "valid":  # nothing beyond the edge is read, whichever of the two is the larger
        boundary, fillvalue = "fill", 0
    value = {"constant_values": fillvalue} if boundary == "fill" else {}
    frame = [(m - 1, m - 1) for m in kernel.shape]
    y = slide(np.pad(image, frame, BOUNDARIES[boundary], **value), kernel)
    return centre(y, mode, image.shape, kernel.shape, [(m - early) // 2 for m in kernel.shape])


def slide(padded, kernel):
    """y[p] = Σ_k padded[p + k] · kernel[k], for every p at which the kernel fits, in any dimension.

    One multiplication of a whole array for each element of the kernel; where the kernel is the
    larger of the two, one for each place.
    """
    sizes = [n - m + 1 for n, m in zip(padded.shape, kernel.shape, strict=True)]
    y = np.zeros(sizes, dtype=np.result_type(padded, kernel))
    if y.size < kernel.size:
        for place in product(*map(range, sizes)):
            window = tuple(slice(p, p + m) for p, m in zip(place, kernel.shape, strict=True))
            y[place] = (padded[window] * kernel).sum()
        return y
    for k in product(*map(range, kernel.shape)):
        y += padded[tuple(slice(p, p + n) for p, n in zip(k, sizes, strict=True))] * kernel[k]
    return y


def centre(y, mode, first, second, starts, largest=False):
    """Return the part of the full result y of inputs of two shapes that a mode asks for."""
    if mode == "full":
        return y
    parts = []
    for n, m, start in zip(first, second, starts, strict=True):
        if mode == "valid":
            start, length = min(n, m) - 1, abs(n - m) + 1
        else:
            length = max(n, m) if largest else n
        parts.append(slice(start, start + length))
    return y[tuple(parts)]


def checked(title, inputs, dimensions, mode):
    """Return the inputs as arrays; refuse those of other dimensions, empty ones, other modes."""
    if mode not in MODES:
        raise ValueError(f"{title}: mode is 'full', 'same' or 'valid', got {mode!r}")
    arrays = []
    for name, value in inputs.items():
        array = np.asarray(value)
        if array.ndim != dimensions or not array.size:
            raise ValueError(
                f"{title}: {name} must be a {dimensions}-dimensional array that is not empty, "
                f"got shape {array.shape}"
            )
        if array.dtype.kind not in "iufc":
            raise TypeError(f"{title}: {name} must hold numbers, got dtype {array.dtype}")
        arrays.append(array)
    return arrays
