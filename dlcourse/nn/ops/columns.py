"""Windows laid out as columns: with them a convolution is one matrix product (im2col).

All columns of a batch would take kernel-size times its memory. They are written a piece at a time,
a few samples or a band of rows of one sample, into buffers that pieces share.
"""

from math import prod

import numpy as np

# The columns of one sample stay within this many bytes, if it can be, or the sample is cut. Bands
# of a sample, and samples that are taken together, stay within half of it.
PIECE_BYTES = 2**22
# A matrix product with few columns is slow. A band has this many places at least ...
WIDE = 256
# ... and samples with fewer places than this are multiplied together.
NARROW = 64


def pieces(windows, channels, samples, groups, dtype):
    """Yield (columns, inputs, outputs): a `Columns`, and the parts of x and of y that it is for.

    inputs and outputs index (N, C, H, W) arrays. Inputs overlap where windows do, outputs never.
    """
    height, width = windows.output
    row_bytes = max(1, channels * prod(windows.kernel) * width * np.dtype(dtype).itemsize)
    step = height
    if row_bytes * height > PIECE_BYTES:
        # The buffers of two bands are there at once when one follows the other.
        most = max(1, PIECE_BYTES // 2 // row_bytes, -(-WIDE // width))
        step = -(-height // -(-height // most))
    for first in range(0, height, step):
        last = min(first + step, height)
        rows, part = (slice(None), windows) if step == height else windows.band(first, last)
        columns = Columns(part, channels, samples, groups, dtype)
        for start in range(0, samples, columns.block):
            block = slice(start, start + columns.block)
            yield columns, (block, slice(None), rows), (block, slice(None), slice(first, last))


class Columns:
    """Images of `channels` channels to columns and back.

    m samples have columns of shape (groups, rows, m, places): rows = channels / groups · kernel,
    places = output height · width. Within a column the horizontal place v comes before the vertical
    place u: at stride 1 windows are collected in strips along the width first, then along the
    height, so that the larger of the two copies moves whole planes.
    """

    def __init__(self, windows, channels, samples, groups, dtype):
        self.windows, self.channels, self.groups = windows, channels, groups
        self.rows = channels // groups * prod(windows.kernel)
        self.places = prod(windows.output)
        each = max(1, self.rows * groups * self.places * np.dtype(dtype).itemsize)
        fit = max(PIECE_BYTES // 2 // each, NARROW // max(1, self.places))
        self.block = max(1, min(samples, fit))
        height, width = windows.output
        down, across = windows.kernel
        self._padded = np.zeros((channels, self.block, *windows.padded), dtype)
        self._strips = None
        if windows.stride == (1, 1):
            self._strips = np.empty((channels, across, self.block, windows.padded[0], width), dtype)
        # Rows a power of 2 apart would compete for the same lines of the cache: 16 more.
        length = self.block * self.places
        columns = np.empty((self.rows * groups, length + 16), dtype)[:, :length]
        self._columns = columns.reshape(channels, across, down, self.block, height, width)

    def unfold(self, x):
        """Return the columns of images x: (m, channels, H, W). The next call overwrites them."""
        windows, m = self.windows, len(x)
        image = x.transpose(1, 0, 2, 3)
        if windows.trivial:
            return image.reshape(self.groups, self.rows, m, self.places)
        columns = self._columns[:, :, :, :m]
        if windows.padded != windows.size:
            padded = self._padded[:, :m]
            padded[(..., *windows.inside)] = image
            image = padded
        if self._strips is None:
            for (u, v), place in zip(np.ndindex(windows.kernel), windows.places(), strict=True):
                columns[:, v, u] = image[place]
        else:
            strips = self._strips[:, :, :m]
            for v in range(windows.kernel[1]):
                strips[:, v] = image[windows.along(1, v)]
            for u in range(windows.kernel[0]):
                columns[:, :, u] = strips[windows.along(0, u)]
        return self.empty(m)

    def empty(self, m):
        """Return the columns of m samples as the last call left them."""
        return self._columns[:, :, :, :m].reshape(self.groups, self.rows, m, self.places)

    def fold(self, columns):
        """Add columns up where unfold read them; returns images (m, channels, H, W)."""
        windows, m = self.windows, columns.shape[2]
        if windows.trivial:
            return columns.reshape(self.channels, m, *windows.size).transpose(1, 0, 2, 3)
        down, across = windows.kernel
        columns = columns.reshape(self.channels, across, down, m, *windows.output)
        image = np.zeros((self.channels, m, *windows.padded), columns.dtype)
        if self._strips is None:
            for (u, v), place in zip(np.ndindex(windows.kernel), windows.places(), strict=True):
                image[place] += columns[:, v, u]
        else:
            strips = self._strips[:, :, :m]
            strips[...] = 0
            for u in range(down):
                strips[windows.along(0, u)] += columns[:, :, u]
            for v in range(across):
                image[windows.along(1, v)] += strips[:, v]
        return image[(..., *windows.inside)].transpose(1, 0, 2, 3)
