"""Where a kernel lies on an image: sizes, padding, and the windows laid out as columns.

A convolution is one matrix product once every window is a column (im2col). `Columns` writes them
for a block of samples into buffers that all blocks share, so that memory does not grow with the
batch, and adds columns back into images, which is the transpose of that map.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

# Samples are taken together as long as their columns stay within this many bytes: about what the
# second-level cache holds.
BLOCK_BYTES = 2**20
# A matrix product wants at least this many columns; below it samples are multiplied together.
NARROW = 64


def pair(title, name, value, least=1):
    """Return (vertical, horizontal) for an int or a pair of ints, each at least `least`."""
    values = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(values) != 2 or not all(
        isinstance(v, int | np.integer) and not isinstance(v, bool) and v >= least for v in values
    ):
        raise ValueError(
            f"{title}: {name} must be an integer of at least {least} or a pair of them, "
            f"got {value!r}"
        )
    return int(values[0]), int(values[1])


def check_image(title, x, channels=None):
    """Refuse anything but (N, C, H, W), with C = channels where that is given."""
    if x.ndim != 4 or (channels is not None and x.shape[1] != channels):
        expected = f"(N, {'C' if channels is None else channels}, H, W)"
        hint = ": a single image is x[None]" if x.ndim == 3 else ""
        raise ValueError(f"{title}: x must have shape {expected}, got {x.shape}{hint}")


@dataclass(frozen=True)
class Windows:
    """The places of a kernel on an image of `size`.

    Every field is a pair (vertical, horizontal); `padding` is a pair of pairs (before, after).
    Output o along an axis reads the padded inputs o · stride + k · dilation, for 0 ≤ k < kernel.
    `count` is the number of outputs where it is not the largest that fits.
    """

    size: tuple
    kernel: tuple
    stride: tuple = (1, 1)
    padding: tuple = ((0, 0), (0, 0))
    dilation: tuple = (1, 1)
    count: tuple | None = None

    @property
    def extent(self):
        """How many inputs a kernel spans: dilation · (kernel − 1) + 1."""
        return tuple(d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel, strict=True))

    @property
    def padded(self):
        """The size of the padded image."""
        return tuple(n + sum(p) for n, p in zip(self.size, self.padding, strict=True))

    @property
    def output(self):
        """The size of the output: ⌊(padded − extent) / stride⌋ + 1, or count."""
        if self.count is not None:
            return self.count
        sizes = zip(self.padded, self.extent, self.stride, strict=True)
        return tuple((n - e) // s + 1 for n, e, s in sizes)

    @property
    def trivial(self):
        """Whether every window is one input: the columns are then the image itself."""
        return self.kernel == (1, 1) and self.size == self.padded == self.output

    def check(self, title):
        """Refuse a kernel that fits nowhere."""
        if any(e > n for e, n in zip(self.extent, self.padded, strict=True)):
            raise ValueError(
                f"{title}: the kernel spans {self.extent[0]} × {self.extent[1]} and the padded "
                f"input is {self.padded[0]} × {self.padded[1]}: take a smaller kernel or dilation, "
                "or more padding"
            )
        return self

    def reach(self, axis, k):
        """The slice of the padded axis that all windows together read at the kernel's place k."""
        start, step = k * self.dilation[axis], self.stride[axis]
        return slice(start, start + step * (self.output[axis] - 1) + 1, step)

    def along(self, axis, k):
        """Index images (..., H, W) by `reach` along one of the two axes."""
        return (..., self.reach(0, k), slice(None)) if axis == 0 else (..., self.reach(1, k))

    def places(self):
        """Yield, for each place of the kernel in reading order, the index of what it reads."""
        for u, v in np.ndindex(self.kernel):
            yield (..., self.reach(0, u), self.reach(1, v))

    @property
    def inside(self):
        """The two slices of the padded image that hold the image."""
        return tuple(
            slice(start, start + n) for n, (start, _) in zip(self.size, self.padding, strict=True)
        )

    def pad(self, x, value=0):
        """Return x: (..., H, W) inside a frame of `value`; x itself where the frame is empty."""
        if self.padded == x.shape[-2:]:
            return x
        padded = np.full((*x.shape[:-2], *self.padded), value, dtype=x.dtype)
        padded[(..., *self.inside)] = x
        return padded


class Columns:
    """Images of `channels` channels to columns and back, a block of samples at a time.

    A block of m samples has columns of shape (groups, rows, m, places): rows = channels / groups ·
    kernel, places = output height · width. Within a column the horizontal place comes before the
    vertical one: windows are collected along the width first, then along the height, so that the
    larger of the two copies moves whole planes.
    """

    def __init__(self, windows, channels, samples, groups, dtype):
        self.windows, self.channels, self.groups, self.samples = windows, channels, groups, samples
        self.rows = channels // groups * prod(windows.kernel)
        self.places = prod(windows.output)
        each = self.rows * groups * self.places * np.dtype(dtype).itemsize
        fit = max(BLOCK_BYTES // max(1, each), NARROW // max(1, self.places))
        self.block = max(1, min(samples, fit))
        height, width = windows.output
        down, across = windows.kernel
        self._padded = np.zeros((channels, self.block, *windows.padded), dtype)
        self._strips = np.empty((channels, across, self.block, windows.padded[0], width), dtype)
        self._columns = np.empty((channels, across, down, self.block, height, width), dtype)

    def blocks(self):
        """Yield a slice of samples for each block."""
        for start in range(0, self.samples, self.block):
            yield slice(start, min(start + self.block, self.samples))

    def unfold(self, x):
        """Return the columns of a block x: (m, channels, H, W). The next call overwrites them."""
        windows, m = self.windows, len(x)
        image = x.transpose(1, 0, 2, 3)
        if windows.trivial:
            return image.reshape(self.groups, self.rows, m, self.places)
        strips, columns = self._strips[:, :, :m], self._columns[:, :, :, :m]
        if windows.padded != windows.size:
            padded = self._padded[:, :m]
            padded[(..., *windows.inside)] = image
            image = padded
        for k in range(windows.kernel[1]):
            strips[:, k] = image[..., windows.reach(1, k)]
        for k in range(windows.kernel[0]):
            columns[:, :, k] = strips[..., windows.reach(0, k), :]
        return self.empty(m)

    def empty(self, m):
        """Return the columns of a block of m samples as the last call left them."""
        return self._columns[:, :, :, :m].reshape(self.groups, self.rows, m, self.places)

    def fold(self, columns):
        """Add columns back to where unfold read them; returns images (m, channels, H, W)."""
        windows, m = self.windows, columns.shape[2]
        if windows.trivial:
            return columns.reshape(self.channels, m, *windows.size).transpose(1, 0, 2, 3)
        down, across = windows.kernel
        columns = columns.reshape(self.channels, across, down, m, *windows.output)
        strips = self._strips[:, :, :m]
        strips[...] = 0
        for k in range(down):
            strips[..., windows.reach(0, k), :] += columns[:, :, k]
        image = np.zeros((self.channels, m, *windows.padded), columns.dtype)
        for k in range(across):
            image[..., windows.reach(1, k)] += strips[:, k]
        return image[(..., *windows.inside)].transpose(1, 0, 2, 3)
