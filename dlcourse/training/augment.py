"""Augmentation of a whole batch of images at once, on the device where it lies.

Each augmentation comes twice: with its places given (`flip`, `crop`, `erase`), and with places that
a generator draws (`random_flip`, `random_crop`, `random_translate`, `random_cutout`). All take a
batch x: (N, C, H, W) of any dtype, return a new one of the same dtype, and wait for nothing: on a
GPU no number travels back.
"""

import numbers

import torch

__all__ = [
    "crop",
    "erase",
    "flip",
    "random_crop",
    "random_cutout",
    "random_flip",
    "random_translate",
]

MODES = ("reflect", "edge", "constant")


def flip(x, chosen):
    """Mirror the chosen images left to right.

    x: (N, C, H, W). chosen: bool, (N,). Returns (N, C, H, W).

    >>> pair = torch.tensor([1, 2, 3]).expand(2, 1, 1, 3)
    >>> flip(pair, torch.tensor([True, False])).tolist()
    [[[[3, 2, 1]]], [[[1, 2, 3]]]]
    """
    _check_batch("flip", x)
    _check_places("flip", x, chosen=chosen)
    # Whole images are picked out of both: several times as fast as torch.where, pixel by pixel.
    place = torch.arange(len(x), device=x.device) + len(x) * chosen
    return torch.cat([x, x.flip(-1)]).index_select(0, place)


def random_flip(x, p=0.5, *, generator=None):
    """Mirror each image left to right with probability p.

    >>> random_flip(torch.tensor([[[[1, 2, 3]]]]), p=1).tolist()
    [[[[3, 2, 1]]]]
    """
    if not 0 <= p <= 1:
        raise ValueError(f"random_flip: p is a probability from 0 to 1, got {p}")
    chosen = torch.rand(len(x), generator=generator, device=x.device) < p
    return flip(x, chosen)


def crop(x, top, left, size, mode="constant", fill=0):
    """From each image a window of its own, which may reach over the edge.

    x: (N, C, H, W). top, left: whole numbers, (N,), the row and column of the image that become the
    first of the window; below 0 the window begins outside. size: (height, width) of the windows.
    mode: what stands outside the image: "reflect" mirrors it at its outermost pixels without
    repeating them, "edge" repeats them, "constant" is `fill`, a number or one a channel.
    Returns (N, C, height, width).

    The windows are read by one gather, which needs no padded copy and no loop over the images.

    >>> row = torch.tensor([[[[1, 2, 3]]]])
    >>> at = torch.tensor([0]), torch.tensor([-1])
    >>> [crop(row, *at, (1, 3), mode=mode).tolist()[0][0][0] for mode in MODES]
    [[2, 1, 2], [1, 1, 2], [0, 1, 2]]
    """
    _check_batch("crop", x)
    _check_places("crop", x, top=top, left=left)
    if mode not in MODES:
        raise ValueError(f"crop: mode must be one of {', '.join(MODES)}, got {mode!r}")
    n, channels, height, width = x.shape
    rows = top.view(-1, 1) + torch.arange(size[0], device=x.device)
    columns = left.view(-1, 1) + torch.arange(size[1], device=x.device)
    inner_rows, inner_columns = _inside(rows, height, mode), _inside(columns, width, mode)
    index = (inner_rows.unsqueeze(2) * width + inner_columns.unsqueeze(1)).view(n, 1, -1)
    window = x.flatten(2).gather(2, index.expand(n, channels, -1)).view(n, channels, *size)
    if mode != "constant":
        return window
    return _paint(window, 1 - _box(x, rows == inner_rows, columns == inner_columns), fill)


def random_crop(x, padding=4, size=None, mode="reflect", fill=0, *, generator=None):
    """Pad each image on all sides, then cut a window out of it at random.

    padding: pixels a side. size: (height, width) of the window; None for the image's own. mode and
    fill: of the padding, as in `crop`; "reflect" needs a padding smaller than the image.
    Every place of the window is equally likely. Returns (N, C, height, width).

    Source: He et al., Deep residual learning for image recognition, 2016 (zeros, 4 pixels).

    >>> random_crop(torch.ones(2, 3, 32, 32), padding=4).shape
    torch.Size([2, 3, 32, 32])
    """
    _check_batch("random_crop", x)
    height, width = x.shape[2:]
    size = (height, width) if size is None else tuple(size)
    free = height + 2 * padding - size[0], width + 2 * padding - size[1]
    if padding < 0 or min(free) < 0:
        raise ValueError(
            f"random_crop: a window of {size[0]}×{size[1]} does not fit into images of "
            f"{height}×{width} with a padding of {padding}"
        )
    if mode == "reflect" and padding >= min(height, width):
        raise ValueError(
            f"random_crop: a reflected padding must be smaller than the image, {height}×{width}, "
            f"got {padding}"
        )
    top, left = (_draw(x, 0, each, generator) - padding for each in free)
    return crop(x, top, left, size, mode, fill)


def random_translate(x, distance=2, fill=0, *, generator=None):
    """Move each image by up to `distance` pixels in each direction; what becomes free is `fill`.

    Every whole number of pixels from −distance to distance is equally likely, in rows and columns.

    >>> random_translate(torch.ones(2, 1, 8, 8), distance=0).sum().item()
    128.0
    """
    return random_crop(x, distance, mode="constant", fill=fill, generator=generator)


def erase(x, row, column, size, fill=0):
    """Paint a square of side `size` over each image; what of it lies outside is cut off.

    row, column: whole numbers, (N,), of the square's upper left corner, which may lie outside.
    fill: a number, or one a channel, rounded where x has whole numbers.

    >>> erase(torch.ones(1, 1, 2, 3), torch.tensor([-1]), torch.tensor([1]), size=2).tolist()
    [[[[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]]]
    """
    _check_batch("erase", x)
    _check_places("erase", x, row=row, column=column)
    if size < 0:
        raise ValueError(f"erase: size must be at least 0, got {size}")
    height, width = x.shape[2:]
    return _paint(x, _box(x, _between(row, size, height), _between(column, size, width)), fill)


def random_cutout(x, size=8, fill=0, *, generator=None):
    """Paint a square over each image, centred on a pixel that is drawn at random.

    fill: the mean colour of the images, in the unit of x, is what the authors take.

    Source: DeVries and Taylor, Improved regularization of convolutional neural networks with
    cutout, 2017.

    >>> random_cutout(torch.ones(1, 3, 4, 4), size=8).sum().item()
    0.0
    """
    _check_batch("random_cutout", x)
    row, column = (_draw(x, 0, length - 1, generator) - size // 2 for length in x.shape[2:])
    return erase(x, row, column, size, fill)


def _inside(index, length, mode):
    """For each index the one of the image that stands there."""
    if mode == "reflect":
        return (length - 1) - ((length - 1) - index.abs()).abs()
    return index.clamp(0, length - 1)


def _between(start, size, length):
    place = torch.arange(length, device=start.device) - start.view(-1, 1)
    return (place >= 0) & (place < size)


def _draw(x, low, high, generator):
    """A whole number from low to high, both included, for each image."""
    return torch.randint(low, high + 1, (len(x),), generator=generator, device=x.device)


def _box(x, rows, columns):
    """1 where both the row and the column are chosen, else 0: (N, 1, H, W) of x's dtype."""
    return (rows.to(x.dtype).unsqueeze(2) * columns.to(x.dtype).unsqueeze(1)).unsqueeze(1)


def _paint(x, share, fill):
    """x where share is 0, `fill` where it is 1."""
    # Products and a sum are many times as fast on a CPU as torch.where.
    return x * (1 - share) + _colour(x, fill) * share


def _colour(x, fill):
    """`fill` as a number, or as (1, C, 1, 1), in x's dtype and without a copy to the device."""
    if isinstance(fill, torch.Tensor):
        fill = fill.tolist()
    if isinstance(fill, numbers.Real):
        return _in_dtype(x, fill)
    if len(fill) != x.shape[1]:
        raise ValueError(
            f"fill must be a number or {x.shape[1]} of them, one a channel, got {len(fill)}"
        )
    one = [torch.full((1, 1, 1, 1), _in_dtype(x, f), dtype=x.dtype, device=x.device) for f in fill]
    return torch.cat(one, dim=1)


def _in_dtype(x, value):
    if x.is_floating_point():
        return value
    limits = torch.iinfo(x.dtype)
    if not limits.min <= round(value) <= limits.max:
        raise ValueError(
            f"fill must be from {limits.min} to {limits.max} in images of {x.dtype}, got {value}"
        )
    return round(value)


def _check_batch(name, x):
    if x.ndim != 4:
        raise ValueError(f"{name}: x must be (N, C, H, W), got {tuple(x.shape)}")


def _check_places(name, x, **places):
    for what, values in places.items():
        if values.shape != (len(x),):
            raise ValueError(
                f"{name}: {what} must have one entry for each of {len(x)} images, got shape "
                f"{tuple(values.shape)}"
            )
