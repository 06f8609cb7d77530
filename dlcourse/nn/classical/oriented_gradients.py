"""Histograms of oriented gradients: what was made by hand before features were learned."""

import numpy as np

from dlcourse.nn.classical.table import whole

# So many images at a time: their gradients stay in the cache.
IMAGES = 256
# Of Dalal and Triggs, as scikit-image has them.
EPSILON, CLIP = 1e-5, 0.2


def hog(images, orientations=9, pixels_per_cell=(8, 8), cells_per_block=(3, 3)):
    """Describe images by the directions of their edges: histograms, cell by cell.

    At each pixel g = (I(y+1, x) − I(y−1, x), I(y, x+1) − I(y, x−1)), 0 on the rim; of several
    channels the one with the longest g speaks. A cell's histogram has `orientations` bins from 0°
    to 180°, a light edge on dark being the same as a dark one on light; each pixel adds ‖g‖ to one
    of them. All blocks of neighbouring cells, which overlap, are normalized: v / √(‖v‖² + ε²), cut
    at 0.2, and once more (Dalal & Triggs, 2005). Adding to the brightness changes nothing;
    multiplying it changes nothing but where the picture is all but flat.

    images: (N, H, W) or (N, C, H, W), floats. Returns (N, features) in their dtype: blocks in
    reading order, in each its cells in reading order, in each its bins. Pixels right and below of
    the last whole cell are left out. Values and names are those of scikit-image's `hog`, which
    takes one image, its channels last.
    Raises ValueError for images of another shape or smaller than a block, TypeError for integers.

    >>> upright = np.zeros((1, 8, 8))
    >>> upright[..., 4:] = 1.0
    >>> hog(upright, orientations=4, cells_per_block=(1, 1)).round(2)
    array([[1., 0., 0., 0.]])
    """
    images, cell, block = _checked(images, pixels_per_cell, cells_per_block)
    bins = whole("hog", "orientations", orientations)
    parts = [images[start : start + IMAGES] for start in range(0, len(images), IMAGES)]
    return np.concatenate([_blocks(_cells(part, bins, cell), block) for part in parts])


def oriented_gradients(images):
    """The length of the gradient at each pixel and its direction from 0 to π: two (N, H, W).

    images: (N, C, H, W). Where channels differ, the longest gradient is taken.

    >>> ramp = np.arange(5.0) * np.ones((1, 1, 5, 1))
    >>> length, angle = oriented_gradients(ramp)
    >>> length[0, 2], angle[0, 2]
    (array([0., 2., 2., 2., 0.]), array([0., 0., 0., 0., 0.]))
    """
    down, right = np.zeros_like(images), np.zeros_like(images)
    down[:, :, 1:-1] = images[:, :, 2:] - images[:, :, :-2]
    right[..., 1:-1] = images[..., 2:] - images[..., :-2]
    length = np.hypot(down, right)
    loudest = length.argmax(axis=1)[:, None]
    down, right, length = (
        np.take_along_axis(values, loudest, axis=1)[:, 0] for values in (down, right, length)
    )
    angle = np.arctan2(down, right) % images.dtype.type(np.pi)
    return length, angle


def _cells(images, bins, cell):
    """The histogram of each cell, divided by its number of pixels: (N, rows, columns, bins)."""
    rows, columns = images.shape[2] // cell[0], images.shape[3] // cell[1]
    length, angle = oriented_gradients(images)
    length = length[:, : rows * cell[0], : columns * cell[1]]
    number = (angle / np.pi * bins).astype(np.intp)[:, : length.shape[1], : length.shape[2]]
    np.minimum(number, bins - 1, out=number)  # float32 may round π − tiny up to π
    row = np.arange(length.shape[1])[:, None] // cell[0]
    column = np.arange(length.shape[2]) // cell[1]
    place = np.arange(len(images))[:, None, None] * rows * columns + row * columns + column
    shape = (len(images), rows, columns, bins)
    sums = np.bincount((place * bins + number).ravel(), length.ravel(), np.prod(shape))
    return (sums / (cell[0] * cell[1])).reshape(shape).astype(images.dtype)


def _blocks(cells, block):
    """Overlapping blocks of cells, each normalized, as rows: (N, features)."""
    windows = np.lib.stride_tricks.sliding_window_view(cells, block, axis=(1, 2))
    v = np.moveaxis(windows, 3, -1).reshape(*windows.shape[:3], -1)
    v = np.minimum(v / _length(v), CLIP)
    return (v / _length(v)).reshape(len(cells), -1).astype(cells.dtype)


def _length(v):
    return np.sqrt((v * v).sum(axis=-1, keepdims=True) + EPSILON**2)


def _checked(images, cell, block):
    images = np.asarray(images)
    if images.dtype.kind != "f":
        raise TypeError(
            f"hog: images must hold floats, got {images.dtype}: divide levels of 0 to 255 by 255"
        )
    if images.ndim == 3:
        images = images[:, None]
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            f"hog: images must have shape (N, H, W) or (N, C, H, W), got {images.shape}"
        )
    pairs = []
    for name, pair in (("pixels_per_cell", cell), ("cells_per_block", block)):
        if np.shape(pair) != (2,):
            raise ValueError(f"hog: {name} must be two numbers, down and right, got {pair!r}")
        pairs.append(tuple(whole("hog", name, number) for number in pair))
    cell, block = pairs
    least = tuple(c * b for c, b in zip(cell, block, strict=True))
    if images.shape[2] < least[0] or images.shape[3] < least[1]:
        raise ValueError(
            f"hog: a block has {least[0]} × {least[1]} pixels, the images only "
            f"{images.shape[2]} × {images.shape[3]}: take smaller cells or blocks"
        )
    return images, cell, block
