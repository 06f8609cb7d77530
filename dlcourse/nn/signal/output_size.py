"""How large the output of a convolution or pooling is: the output-size puzzle."""

import numpy as np


def output_size(
    size, kernel_size, stride=1, padding=0, dilation=1, *, transposed=False, output_padding=0
):
    """⌊(n + 2p − d (k − 1) − 1) / s⌋ + 1: how many outputs a convolution or pooling has.

    size n: the number of inputs; kernel_size k, stride s, padding p (on each side; also "same" or
    "valid"), dilation d: integers, or a tuple with one for each axis. transposed: the transposed
    convolution, which has (n − 1) s − 2p + d (k − 1) + 1 + output_padding. Returns an integer, or
    a tuple where an argument was one.
    Raises ValueError where an argument is out of range or nothing is left of the input.

    >>> output_size(100, 3), output_size(32, 5, stride=2, padding=2)
    (98, 16)
    >>> output_size((224, 112), 7, 2, 3)
    (112, 56)
    >>> output_size(16, 4, stride=2, padding=1, transposed=True)
    32
    """
    title = "output_size"
    n = integers(title, "size", size, least=0)
    k, s, d = window(title, kernel_size, stride, dilation)
    extra = integers(title, "output_padding", output_padding, least=0)
    span = d * (k - 1) + 1
    if transposed and isinstance(padding, str):
        raise ValueError(f"output_size: transposed, padding is a number, got {padding!r}")
    before, after = frame(title, padding, span, s)
    check_axes(title, n, span, s, before, extra)
    if (extra >= (np.maximum(s, d) if transposed else 1)).any():
        raise ValueError(
            "output_size: output_padding is for transposed convolutions and smaller than stride "
            f"or dilation, got {output_padding!r} for stride {stride!r}, dilation {dilation!r}"
        )
    if transposed:
        sizes = (n - 1) * s - before - after + span + extra
    else:
        sizes = (n + before + after - span) // s + 1
    if (sizes < 1).any():
        raise ValueError(
            f"output_size: nothing is left of size {size!r} with padding {padding!r} and a kernel "
            f"that spans {plain(span)}: take a smaller kernel or dilation, or another padding"
        )
    return plain(sizes)


def window(title, kernel_size, stride, dilation):
    """Kernel size, stride and dilation as arrays, each at least 1."""
    arrays = (
        integers(title, "kernel_size", kernel_size),
        integers(title, "stride", stride),
        integers(title, "dilation", dilation),
    )
    check_axes(title, *arrays)
    return arrays


def frame(title, padding, span, stride):
    """How much is padded before and after an axis, for a kernel that spans so many inputs."""
    if padding == "valid":
        padding = 0
    if padding == "same":
        if (stride != 1).any():
            raise ValueError(f"{title}: padding='same' needs stride 1, got {plain(stride)}")
        return (span - 1) // 2, span - 1 - (span - 1) // 2
    if isinstance(padding, str):
        raise ValueError(f"{title}: padding is 'same', 'valid' or integers, got {padding!r}")
    padding = integers(title, "padding", padding, least=0)
    return padding, padding


def integers(title, name, value, least=1):
    """An integer, or a tuple of one for each axis, as an array; refuses any below `least`."""
    array = np.asarray(value)
    if array.dtype.kind not in "iu" or array.ndim > 1 or not array.size or (array < least).any():
        raise ValueError(
            f"{title}: {name} must be an integer of at least {least}, or a tuple of them, "
            f"got {value!r}"
        )
    return array.astype(np.int64)


def check_axes(title, *arrays):
    """Refuse tuples for different numbers of axes."""
    lengths = {len(array) for array in arrays if array.ndim}
    if len(lengths) > 1:
        raise ValueError(f"{title}: the tuples must have one length, got {sorted(lengths)}")


def plain(array):
    """An array of integers as Python's own: an integer, or a tuple of them."""
    return tuple(array.tolist()) if array.ndim else array.item()
