"""The figures of lecture 06 on normalization: what is averaged, layer by layer, batch by batch."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from dlcourse.viz.curves import label_ends
from dlcourse.viz.filter_figures import curves_with_spread
from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, styled

TOGETHER = COLORS["blue"]


@styled
def averaged_together(values, together, *, title="", axes=("example", "channel", "place")):
    """The numbers of an array of three axes; those that share one mean are shaded.

    values: (N, C, P) whole numbers. together: (N, C, P) of booleans, one of the sets that are
    normalized. axes: what the three axes hold. One frame of a flipbook.
    """
    examples, channels, places = values.shape
    figure = Figure(figsize=(8.2, 1.3 + 0.42 * channels), layout="none")
    ax = figure.add_axes((0.01, 0.01, 0.98, 0.84))
    for n in range(examples):
        left = n * (places + 0.8)
        ax.text(left + places / 2, -0.35, f"{axes[0]} {n + 1}", ha="center")
        for (c, p), value in np.ndenumerate(values[n]):
            inside = bool(together[n, c, p])
            ax.add_patch(
                Rectangle(
                    (left + p, c), 1, 1, ec=GREY, lw=0.8,
                    fc=TOGETHER + "55" if inside else "none",
                    hatch="//" if inside else None,
                )
            )  # fmt: skip
            weight = "bold" if inside else "normal"
            ax.text(left + p + 0.5, c + 0.5, f"{value}", ha="center", va="center", weight=weight)
    for c in range(channels):
        ax.text(-0.25, c + 0.5, f"{axes[1]} {c + 1}", ha="right", va="center", fontsize=10)
    width = examples * (places + 0.8)
    ax.text(places / 2, channels + 0.45, f"{places} {axes[2]}s", ha="center", fontsize=10)
    ax.set(xlim=(-2.6, width), ylim=(channels + 0.7, -0.9))
    ax.set_axis_off()
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def layer_histograms(groups, *, reach=4.0, bins=41, title=""):
    """What a layer's units sum up to, a row of histograms for each group. One frame of a flipbook.

    groups: {row: {column: (...) numbers}}. All panels show −reach to reach on one scale of heights;
    the standard deviation stands in each, and how much lies outside where that is a part in 100.
    """
    rows, columns = len(groups), max(len(group) for group in groups.values())
    # A fixed layout: measuring one for each frame takes longer than the experiment.
    figure = Figure(figsize=(8.2, 0.7 + 1.75 * rows), layout="none")
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    figure.subplots_adjust(left=0.06, right=0.99, bottom=0.09, top=0.83, wspace=0.07, hspace=0.3)
    edges = np.linspace(-reach, reach, bins)
    for line, (heading, group) in zip(panels, groups.items(), strict=True):
        for ax, (name, numbers) in zip(line, group.items(), strict=True):
            numbers = np.ravel(numbers)
            heights = np.histogram(numbers, edges)[0] / len(numbers)
            ax.stairs(heights, edges, fill=True, color=TOGETHER, alpha=0.55)
            outside = np.mean(np.abs(numbers) > reach)
            text = f"σ = {numbers.std():.2g}"
            if outside > 0.01:
                text += f"\n{outside:.0%} outside"
            ax.text(0.03, 0.95, text, transform=ax.transAxes, va="top", fontsize=10)
            ax.set_title(name, fontsize=10.5, fontweight="normal")
            ax.set(xlim=(-reach, reach), ylim=(0, 0.32), yticks=[], xticks=[-3, 0, 3])
        line[0].set_ylabel(heading)
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def accuracy_by_size(sizes, curves, *, xlabel, title="", ylim=(0, 1.03)):
    """Accuracy against a size that doubles; lines are means, bands reach from seed to seed.

    sizes: (S,) powers of two. curves: name → (S, seeds) in 0..1.
    """
    figure = curves_with_spread(
        sizes, curves, xlabel=xlabel, ylabel="test accuracy", title=title, ylim=ylim
    )
    ax = figure.axes[0]
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    return figure


@styled
def signal_by_depth(commons, variances, *, title=""):
    """What is the same for all examples, and the size of what differs, against depth.

    commons: name → (seeds, layers) in 0..1, the share of the mean square that no example changes.
    variances: name → (seeds, layers), drawn logarithmically. Bands reach from seed to seed.
    """
    figure = Figure(figsize=(8.6, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    for k, name in enumerate(commons):
        for ax, group in ((left, commons), (right, variances)):
            values = np.asarray(group[name], dtype=float)
            layers = np.arange(1, values.shape[1] + 1)
            low, high = values.min(axis=0), values.max(axis=0)
            ax.fill_between(layers, low, high, color=CYCLE[k], alpha=0.18, lw=0)
            ax.plot(layers, values.mean(axis=0), color=CYCLE[k], ls=LINE_STYLES[k])
    ends = [
        (np.shape(values)[1], np.mean(values, axis=0)[-1], name, CYCLE[k], None)
        for k, (name, values) in enumerate(variances.items())
    ]
    left.set(ylim=(-0.02, 1.02), xlabel="layer")
    left.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    left.set_title("alike for all examples", fontsize=11, fontweight="normal")
    right.set(yscale="log", xlabel="layer")
    right.set_title("variance over the examples", fontsize=11, fontweight="normal")
    right.minorticks_off()
    label_ends(right, ends)
    figure.suptitle(title, x=0.01, ha="left")
    return figure
