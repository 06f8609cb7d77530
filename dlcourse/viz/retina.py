"""Cards and digits: small grey images in a grid."""

import math

import numpy as np
from matplotlib.figure import Figure

from dlcourse.viz.style import GREY, styled


@styled
def retina(
    images,
    titles=None,
    *,
    columns=None,
    diverging=False,
    limit=None,
    size=1.1,
    title=None,
    ax=None,
):
    """Draw small images in a grid, one value a cell, each with its title.

    images: (N, H, W), (N, 1, H, W), (N, H·W) with H = W, or one image (H, W); all share one scale
    from the smallest value to the largest. diverging: for weights: zero is transparent, negative
    is blue, positive is vermillion, as `decision_boundary` draws −1 and +1, and the signs are told
    apart by a dot in each negative cell where cells are few enough to see it. limit: with
    diverging, the magnitude of full strength, for figures that share a scale. columns: images a
    row, at most ten if left out. size: inches a card.

    Returns the Figure. Raises ValueError for images that are not of that shape, or a wrong number
    of titles. With `ax`, one image is drawn into it.

    >>> import numpy as np
    >>> figure = retina(np.eye(20)[None], ["a diagonal"])
    >>> figure.axes[0].get_title(loc="center")
    'a diagonal'
    """
    images = _images(images)
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"got {len(images)} images but {len(titles)} titles: give one each")
    if ax is not None:
        if len(images) > 1:
            raise ValueError(f"axes hold one image, got {len(images)}: leave ax out for a grid")
        axes = [ax]
        figure = ax.get_figure()
    else:
        columns = min(len(images), 10) if columns is None else columns
        rows = math.ceil(len(images) / columns)
        height = size + (0.28 if titles is not None else 0.06)
        extra = 0.4 if title else 0.0
        figure = Figure(figsize=(columns * (size + 0.1), rows * height + extra))
        figure.set_layout_engine("constrained", w_pad=0.04, h_pad=0.04)
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
    low, high = float(images.min()), float(images.max())
    if limit is not None:
        low, high = -float(limit), float(limit)
    for i, panel in enumerate(axes):
        if i >= len(images):
            panel.set_axis_off()
            continue
        _card(panel, images[i], low, high, diverging)
        if titles is not None:
            panel.set_title(str(titles[i]), loc="center", fontsize=10, fontweight="normal", pad=4)
    if title:
        figure.suptitle(title, x=0.01, ha="left")
    return figure


def _images(images):
    images = np.asarray(images, dtype=float)
    if images.ndim == 4 and images.shape[1] == 1:
        images = images[:, 0]
    elif images.ndim == 2:
        side = math.isqrt(images.shape[1])
        square = side * side == images.shape[1] and images.shape[0] != images.shape[1]
        images = images.reshape(-1, side, side) if square and side > 1 else images[None]
    if images.ndim != 3 or images.size == 0:
        raise ValueError(
            f"images must have shape (N, H, W), (N, 1, H, W), (N, H·W) or (H, W), "
            f"got {images.shape}"
        )
    return images


def _card(ax, image, low, high, diverging):
    if diverging:
        reach = max(abs(low), abs(high)) or 1.0
        ax.imshow(signed(np.clip(image / reach, -1, 1)), interpolation="none")
        if max(image.shape) <= 30:
            rows, columns = np.nonzero(image < -0.15 * reach)
            ax.plot(columns, rows, ls="none", marker="o", ms=1.2, mew=0, color=GREY)
    else:
        ax.imshow(image, cmap="gray", vmin=low, vmax=high if high > low else low + 1)
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(True)


def signed(values):
    """Colours for −1 to 1: blue below zero, vermillion above, as opaque as the value is large."""
    rgba = np.empty((*values.shape, 4), dtype=np.uint8)
    rgba[..., :3] = np.where(values[..., None] < 0, (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00))
    rgba[..., 3] = np.round(255 * np.abs(values))
    return rgba
