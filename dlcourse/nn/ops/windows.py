"""Where a kernel lies on an image: sizes, padding, and what its places read."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np


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

    @cached_property
    def extent(self):
        """How many inputs a kernel spans: dilation · (kernel − 1) + 1."""
        return tuple(d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel, strict=True))

    @cached_property
    def padded(self):
        """The size of the padded image."""
        return tuple(n + sum(p) for n, p in zip(self.size, self.padding, strict=True))

    @cached_property
    def output(self):
        """The size of the output: ⌊(padded − extent) / stride⌋ + 1, or count."""
        if self.count is not None:
            return self.count
        sizes = zip(self.padded, self.extent, self.stride, strict=True)
        return tuple((n - e) // s + 1 for n, e, s in sizes)

    @cached_property
    def trivial(self):
        """Whether every window is one input: the columns are then the image itself."""
        return self.kernel == (1, 1) and self.size == self.padded == self.output

    def band(self, first, last):
        """The rows of the image that outputs first to last − 1 read, and the windows on these.

        What the rows lack of a window at an edge of the image is padding.
        """
        top, across = self.padding[0][0], self.padding[1]
        start = first * self.stride[0] - top
        stop = (last - 1) * self.stride[0] + self.extent[0] - top
        begin = min(max(start, 0), self.size[0])
        end = max(min(stop, self.size[0]), begin)
        above = min(begin, stop) - start
        frame = ((above, stop - start - above - (end - begin)), across)
        size, count = (end - begin, self.size[1]), (last - first, self.output[1])
        windows = Windows(size, self.kernel, self.stride, frame, self.dilation, count)
        return slice(begin, end), windows

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

    @cached_property
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
