"""The figures of lecture 08 on weights: all, local, shared, and laid out as a matrix."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from dlcourse.viz.retina import signed
from dlcourse.viz.style import CYCLE, GREY, LINE_STYLES, styled

# Equal shade is equal weight; letters say it without the shade.
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@styled
def three_layers(matrices, names, title=""):
    """Layers as drawings of their connections, above the matrices of their weights.

    matrices: a list of (outputs, inputs) integers: 0 is no connection, equal numbers are one weight
    that is shared. names: a heading for each.
    """
    figure = Figure(figsize=(8.4, 4.4), layout="constrained")
    wires, grids = figure.subplots(2, len(matrices), height_ratios=[1.5, 1])
    for ax, grid, matrix, name in zip(wires, grids, matrices, names, strict=True):
        rows, columns = matrix.shape
        centre = np.linspace(0, columns - 1, rows + 2)[1:-1]
        # Colours stand for shared weights; where every weight is another, there is none.
        weights = range(1, matrix.max() + 1)
        plain = len(weights) > len(CYCLE)
        for k, group in enumerate([weights] if plain else [[weight] for weight in weights]):
            ends = [
                ((column, 0), (centre[row], 1), (np.nan, np.nan))
                for row, column in np.argwhere(np.isin(matrix, list(group)))
            ]
            color, line = (GREY, "-") if plain else (CYCLE[k], LINE_STYLES[k])
            ax.plot(*np.reshape(ends, (-1, 2)).T, color=color, ls=line, lw=0.8 if plain else 1.5)
        ax.plot(np.arange(columns), np.zeros(columns), "o", color=GREY, ms=9)
        ax.plot(centre, np.ones(rows), "s", color=GREY, ms=9)
        ax.set_title(name, loc="center")
        ax.set_axis_off()
        _letters(grid, matrix)
    figure.suptitle(title, x=0.01, ha="left")
    return figure


def _letters(ax, matrix):
    rows, columns = matrix.shape
    ax.set(xlim=(-0.05, columns + 0.05), ylim=(rows + 0.05, -0.05), aspect="equal")
    ax.set_axis_off()
    level = [((0, i), (columns, i), (np.nan, np.nan)) for i in range(rows + 1)]
    upright = [((i, 0), (i, rows), (np.nan, np.nan)) for i in range(columns + 1)]
    ax.plot(*np.reshape(level + upright, (-1, 2)).T, "-", color=GREY, lw=0.6)
    zeros = np.where(matrix == 0, 0.25, 0.0)
    shade = np.zeros((rows, columns, 4))
    shade[..., :3], shade[..., 3] = to_rgb(GREY), zeros
    ax.imshow(shade, extent=(0, columns, rows, 0))
    for (row, column), weight in np.ndenumerate(matrix):
        if weight:
            place = (column + 0.5, row + 0.5)
            ax.annotate(LETTERS[weight - 1], place, ha="center", va="center", fontsize=10)


@styled
def blocked_matrix(matrix, width, title=""):
    """The matrix of a convolution on an image: weights by colour, lines between rows of pixels.

    matrix: (outputs, inputs). width: pixels in a row of the image; the outputs have as many.
    """
    figure = Figure(figsize=(5.6, 5.2), layout="constrained")
    ax = figure.add_subplot()
    ax.imshow(signed(matrix / np.abs(matrix).max()))
    for at in range(width, max(matrix.shape), width):
        style = {"color": GREY, "lw": 0.5, "ls": "-", "alpha": 0.6}
        if at < matrix.shape[0]:
            ax.axhline(at - 0.5, **style)
        if at < matrix.shape[1]:
            ax.axvline(at - 0.5, **style)
    ax.set(xticks=[], yticks=[], xlabel="pixels of the input", ylabel="pixels of the output")
    for spine in ax.spines.values():
        spine.set_visible(True)
    ax.set_title(title)
    return figure


@styled
def two_worlds(counts, worlds, title=""):
    """Error against the number of examples, a panel for each world, a line for each layer.

    counts: (N,). worlds: heading → {layer: (N, seeds)}. Bands reach from the lowest to the highest
    seed.
    """
    figure = Figure(figsize=(8.4, 3.9), layout="constrained")
    panels = figure.subplots(1, len(worlds), sharey=True)
    for ax, (heading, layers) in zip(panels, worlds.items(), strict=True):
        for k, (name, errors) in enumerate(layers.items()):
            errors = np.asarray(errors)
            low, high = errors.min(axis=1), errors.max(axis=1)
            ax.fill_between(counts, low, high, color=CYCLE[k], alpha=0.15, lw=0)
            mean = errors.mean(axis=1)
            ax.plot(counts, mean, color=CYCLE[k], ls=LINE_STYLES[k], label=name)
        ax.set(xscale="log", yscale="log", xlabel="examples")
        ax.minorticks_off()
        ax.set_title(heading, fontsize=11, fontweight="normal")
    panels[0].set_ylabel("squared error on new inputs")
    panels[-1].legend(loc="lower left")
    figure.suptitle(title, x=0.01, ha="left")
    return figure
