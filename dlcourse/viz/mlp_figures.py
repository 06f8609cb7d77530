"""Networks of layers: one drawn with its numbers, many of one structure, width against depth."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.ticker import PercentFormatter

from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, MARKERS, styled

SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"
PITCH = 2.35
ROW = 1.7


@styled
def layer_walk(weights, biases, values, *, title=""):
    """Draw a fully connected network with its weights on the lines and its values in the nodes.

    weights: a list of (out, in), biases: a list of (out,), one each a layer. values: the numbers
    that are known so far, the input first, then each layer's output; what is missing stays empty.
    Layers of at most three units read well. One frame of a flipbook. Returns the Figure.
    """
    sizes = [np.shape(weights[0])[1], *(len(bias) for bias in biases)]
    figure = Figure(figsize=(8.4, 3.6), layout="constrained")
    ax = figure.add_subplot()
    for layer, weight in enumerate(weights, start=1):
        reached = layer < len(values)
        color = COLORS["blue"] if layer == len(values) - 1 else GREY
        for i, row in enumerate(weight):
            for j, w in enumerate(row):
                tail = np.array([PITCH * (layer - 1) + 0.42, _height(j, sizes[layer - 1])])
                head = np.array([PITCH * layer - 0.42, _height(i, sizes[layer])])
                ax.plot(
                    *np.stack([tail, head]).T, color=color, linestyle="-", lw=1.6 if reached else 1
                )
                # Crossing lines carry their weights at different places, so that none is covered.
                place = tail + (0.3 if i != j else 0.5) * (head - tail)
                ax.text(place[0], place[1] + 0.13, _number(w), ha="center", fontsize=10)
            if biases[layer - 1][i]:
                bias = f"{biases[layer - 1][i]:+g}".replace("-", "−")
                ax.text(
                    PITCH * layer, _height(i, sizes[layer]) + 0.52, bias, ha="center", fontsize=10
                )
    for layer, size in enumerate(sizes):
        for i in range(size):
            _node(ax, layer, i, size, values)
    names = ["input", *(f"layer {k}" for k in range(1, len(sizes)))]
    for layer, name in enumerate(names):
        ax.text(PITCH * layer, -ROW / 2 * (max(sizes) - 1) - 0.85, name, ha="center", fontsize=10)
    ax.set(xlim=(-0.6, PITCH * len(weights) + 0.6), aspect="equal")
    ax.set_ylim(-ROW / 2 * (max(sizes) - 1) - 1.05, ROW / 2 * (max(sizes) - 1) + 0.85)
    ax.set_axis_off()
    ax.set_title(title)
    return figure


def _height(place, size):
    return ROW * ((size - 1) / 2 - place)


def _number(value):
    """At most two digits after the point, and a true minus sign."""
    return f"{round(float(value), 2):g}".replace("-", "−")


def _node(ax, layer, place, size, values):
    known = layer < len(values)
    color = COLORS["blue"] if layer == len(values) - 1 else GREY
    rgb = tuple(int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    x, y = PITCH * layer, _height(place, size)
    ax.add_patch(
        Circle((x, y), 0.42, facecolor=(*rgb, 0.15 if known else 0.0), edgecolor=color, zorder=3)
    )
    if known:
        text = _number(values[layer][place])
        ax.text(x, y, text, ha="center", va="center", fontsize=11, zorder=4)


@styled
def functions_of_one_structure(pictures, *, title="", reach=1.0):
    """Draw what several networks of one structure do with the plane, as grey pictures in a row.

    pictures: (K, side, side), each network's output, shown from its own lowest value to its
    highest. reach: the plane goes from −reach to reach. One frame of a flipbook.
    """
    figure = Figure(figsize=(8.2, 1.9), layout="constrained")
    extent = (-reach, reach, -reach, reach)
    for ax, picture in zip(figure.subplots(1, len(pictures)), pictures, strict=True):
        low, high = picture.min(), picture.max()
        shown = np.round(255 * (picture - low) / (high - low or 1)).astype(np.uint8)
        ax.imshow(shown, extent=extent, origin="lower", vmin=0, vmax=255)
        ax.set(xticks=[], yticks=[])
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def width_against_depth(depths, accuracies, labels, *, title=""):
    """Draw test accuracy against depth at a fixed number of parameters, a panel for each task.

    depths: (D,). accuracies: {task: (D, seeds) in 0..1}. labels: {task: the widths, one a depth}.
    Every seed is a dot, the line joins the means. Returns the Figure.
    """
    figure = Figure(figsize=(4.0 * len(accuracies), 4.0), layout="constrained")
    panels = figure.subplots(1, len(accuracies), squeeze=False, sharey=True)[0]
    for k, (ax, (task, values)) in enumerate(zip(panels, accuracies.items(), strict=True)):
        places = np.arange(len(depths))
        for place, seeds in zip(places, values, strict=True):
            ax.plot(
                np.full(len(seeds), place), seeds, marker=MARKERS[k], linestyle="none",
                color=CYCLE[k], alpha=0.55, mew=0,
            )  # fmt: skip
        ax.plot(places, values.mean(axis=1), color=CYCLE[k], linestyle=LINE_STYLES[k])
        ax.set_xticks(places, [f"{d}\n{w}" for d, w in zip(depths, labels[task], strict=True)])
        ax.set_xlabel("hidden layers\nunits in each")
        ax.set_title(task, fontsize=11, fontweight="normal")
    panels[0].set_ylabel("test accuracy")
    panels[0].yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    figure.suptitle(title, x=0.01, ha="left")
    return figure
