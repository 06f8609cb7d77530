"""The figures of lecture 08 on filters: a pattern in noise, a kernel that slides, photographs."""

import numpy as np
from matplotlib import colormaps
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlcourse.viz.curves import label_ends
from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, MARKERS, styled

WINDOW, FOUND = COLORS["blue"], COLORS["vermillion"]
# So few greys that a page holds many photographs; an odd number, so that zero is one of them.
LEVELS = colormaps["gray"].resampled(21)


@styled
def signal_and_response(x, y, template, title=""):
    """A noisy signal, and below it what a filter answers at each place; its peak is marked.

    x: (N,). y: (K,) with K ≤ N, the response that begins at each place. template: (M,), drawn to
    scale above the signal.
    """
    figure = Figure(figsize=(7.6, 4.4), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    peak = int(np.argmax(y))
    above.plot(x, "-", color=GREY, lw=0.7)
    reach = np.abs(x).max()
    above.plot(np.arange(len(template)), 1.7 * reach + 0.5 * reach * template, "-", color=WINDOW)
    above.annotate(f"  the {len(template)} numbers", (len(template), 1.6 * reach), color=WINDOW)
    above.set(ylabel="measured", yticks=[0], ylim=(-1.2 * reach, 2.4 * reach))
    below.plot(y, "-", color=FOUND, lw=1)
    below.plot(peak, y[peak], "o", mfc="none", mec=FOUND, ms=12)
    below.annotate(f"  {y[peak]:.1f} at {peak}", (peak, y[peak]), va="center", color=FOUND)
    below.set(xlabel="place n", ylabel="response", ylim=(None, 1.2 * y[peak]))
    figure.suptitle(title, x=0.01, ha="left")
    return figure


def _numbers(ax, left, values, shown=None):
    """A grid of whole numbers; where `shown` is given, only the first so many in reading order."""
    rows, columns = values.shape
    upright = [[(left + i, 0), (left + i, rows)] for i in range(columns + 1)]
    level = [[(left, i), (left + columns, i)] for i in range(rows + 1)]
    ax.add_collection(LineCollection(upright + level, colors=GREY, linewidths=0.8))
    for row, column in list(np.ndindex(rows, columns))[:shown]:
        text = f"{values[row, column]:g}".replace("-", "−")
        ax.text(left + column + 0.5, row + 0.5, text, ha="center", va="center")


def _frame(ax, left, top, columns, rows, color):
    ax.add_patch(Rectangle((left, top), columns, rows, fill=False, ec=color, lw=2.5, zorder=3))


@styled
def sliding_frames(image, kernel, response, stride=1):
    """A kernel at each of its places on an image of few pixels: figures for `viz.flipbook`.

    image: (H, W); kernel: (h, w); response: (H', W'), what the kernel gives at each place, `stride`
    apart. The output fills up in reading order; the title has the sum of the products.
    """
    (high, wide), frames = kernel.shape, []
    starts = np.cumsum([0, image.shape[1] + 1, wide + 1])
    width = starts[-1] + response.shape[1]
    for index, (row, column) in enumerate(np.ndindex(response.shape)):
        size = (7.4, 0.6 + 7.2 * (image.shape[0] + 0.9) / width)
        figure = Figure(figsize=size, layout="none")
        # A fixed place: measuring every number for a layout would take a second a frame.
        ax = figure.add_axes((0.01, 0, 0.98, 0.9))
        ax.set(xlim=(-0.1, width + 0.1), ylim=(image.shape[0] + 0.1, -0.8), aspect="equal")
        ax.set_axis_off()
        for start, grid, shown, name in zip(
            starts,
            (image, kernel, response),
            (None, None, index + 1),
            ("image", "filter", "response"),
            strict=True,
        ):
            _numbers(ax, start, grid, shown)
            ax.text(start + grid.shape[1] / 2, -0.3, name, ha="center")
        top, left = stride * row, stride * column
        _frame(ax, left, top, wide, high, WINDOW)
        _frame(ax, starts[1], 0, wide, high, WINDOW)
        _frame(ax, starts[2] + column, row, 1, 1, FOUND)
        products = image[top : top + high, left : left + wide] * kernel
        plus, minus = int(products[products > 0].sum()), int(-products[products < 0].sum())
        total = f"{response[row, column]:g}".replace("-", "−")
        figure.suptitle(f"({row}, {column}): {plus} − {minus} = {total}", x=0.01, ha="left")
        frames.append(figure)
    return frames


@styled
def filtered(kernel, picture, title="", signed=False):
    """A kernel's numbers beside the photograph that it makes.

    kernel: (h, w). picture: (H, W), in 0..1; with signed, responses around zero, which is mid-grey.
    """
    figure = Figure(figsize=(7.4, 3.7), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 3.2])
    limit = np.abs(kernel).max() or 1.0
    left.imshow(kernel, cmap="gray", vmin=-limit, vmax=limit)
    for (row, column), value in np.ndenumerate(kernel) if kernel.size <= 9 else ():
        text = f"{value:.2g}".replace("-", "−")
        dark = value < 0.2 * limit
        place = (column, row)
        left.annotate(text, place, ha="center", va="center", color="w" if dark else "k")
    reach = np.abs(picture).max()
    right.imshow(picture, cmap=LEVELS, vmin=-reach if signed else 0, vmax=reach if signed else 1)
    for ax in (left, right):
        ax.set(xticks=[], yticks=[])
    left.set_title(f"{kernel.shape[0]} × {kernel.shape[1]}", loc="center", fontweight="normal")
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def curves_with_spread(x, curves, *, xlabel, ylabel, title="", ylim=None):
    """One line a name, the mean over seeds, in a band from the lowest to the highest seed.

    x: (X,). curves: name → (X, seeds). Names stand at the lines' ends.
    """
    figure = Figure(figsize=(7.2, 4.0), layout="constrained")
    ax, ends = figure.add_subplot(), []
    for k, (name, values) in enumerate(curves.items()):
        values = np.asarray(values, dtype=float)
        mean, color = values.mean(axis=1), CYCLE[k]
        ax.fill_between(x, values.min(axis=1), values.max(axis=1), color=color, alpha=0.15, lw=0)
        ax.plot(x, mean, ls=LINE_STYLES[k], marker=MARKERS[k], color=color, ms=5)
        ends.append((x[-1], mean[-1], name, color, None))
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title, ylim=ylim)
    label_ends(ax, ends)
    return figure


@styled
def search(picture, box, found, title=""):
    """Where a patch was cut out of a photograph, and where each way to look for it finds it.

    picture: (H, W). box: (row, column, height, width) of the patch. found: name → (row, column).
    """
    figure = Figure(figsize=(6.6, 4.5), layout="constrained")
    ax = figure.add_subplot()
    ax.imshow(picture, cmap=LEVELS, vmin=0, vmax=1)
    row, column, high, wide = box
    ax.add_patch(Rectangle((column - 2, row - 2), wide + 4, high + 4, fill=False, ec="w", lw=1.5))
    colors, styles = ("#E69F00", "#56B4E9"), ("--", "-")  # Both pale: they lie on a photograph.
    for (name, place), color, style in zip(found.items(), colors, styles, strict=True):
        spot = (place[1], place[0])
        ax.add_patch(Rectangle(spot, wide, high, fill=False, ec=color, lw=3, ls=style))
        below = (place[1] + wide / 2, place[0] + high + 4)
        label = {"facecolor": "#000000", "alpha": 0.65, "lw": 0, "pad": 2}
        ax.annotate(name, below, ha="center", va="top", color=color, bbox=label)
    ax.set(xticks=[], yticks=[], title=title)
    return figure
