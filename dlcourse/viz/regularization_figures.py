"""The figures of lecture 06 on regularization: the hump, a growing penalty, what is memorized."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from dlcourse.viz.curves import label_ends
from dlcourse.viz.gradient_figures import power
from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, MARKERS, styled

FIT, NEW = COLORS["blue"], COLORS["vermillion"]


@styled
def error_by_examples(counts, curves, weights, title=""):
    """Error against the number of examples, both logarithmic, with a line at as many as weights.

    counts: (N,). curves: name → (N, seeds); lines are means, bands reach from the lowest seed to
    the highest. weights: how many numbers are fitted.
    """
    figure = Figure(figsize=(7.4, 4.0), layout="constrained")
    ax, ends = figure.add_subplot(), []
    ax.axvline(weights, color=GREY, ls=":", lw=1)
    for k, (name, values) in enumerate(curves.items()):
        values = np.asarray(values, dtype=float)
        mean, low, high = values.mean(axis=1), values.min(axis=1), values.max(axis=1)
        ax.fill_between(counts, low, high, color=CYCLE[k], alpha=0.18, lw=0)
        ax.plot(counts, mean, color=CYCLE[k], ls=LINE_STYLES[k], marker=MARKERS[k], ms=5)
        ends.append((counts[-1], mean[-1], name, CYCLE[k], None))
    ax.set(xscale="log", yscale="log", title=title)
    shown = [count for count in counts if count in (4, 8, 16, weights, 32, 64, 128)]
    ax.set_xticks(shown, [str(count) for count in shown])
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.minorticks_off()
    ax.set(xlabel="examples", ylabel="squared error of the weights")
    place = (weights, 1.0)
    ax.annotate(
        f"  as many examples as weights: {weights}", place, xycoords=("data", "axes fraction"),
        va="top", fontsize=10,
    )  # fmt: skip
    label_ends(ax, ends)
    return figure


def amount(penalty):
    """A penalty as a reader writes it: powers of ten from far away, plain numbers near 1.

    >>> amount(1e-8), amount(0.1), amount(10.0)
    ('10⁻⁸', '0.1', '10')
    """
    return f"{penalty:g}" if 0.1 <= penalty <= 100 else power(penalty)


def two_digits(error):
    """An error in two digits, without a power of ten.

    >>> two_digits(0.0182), two_digits(2718.0)
    ('0.018', '2,700')
    """
    return f"{float(f'{error:.2g}'):,.10g}"


@styled
def penalty_frames(points, truth, fits, penalties, errors):
    """A curve through noisy points as its penalty grows: figures for `viz.flipbook`.

    points: (x, y). truth: (grid, values). fits: a curve on the grid for each of `penalties`.
    errors: {"training": (P,), "new points": (P,)}. Left the fit, right both errors, with marks at
    the penalty of the frame.
    """
    frames = []
    for k, (penalty, fit) in enumerate(zip(penalties, fits, strict=True)):
        # A fixed layout: measuring one for each frame takes longer than the experiment.
        figure = Figure(figsize=(8.4, 3.7), layout="none")
        left = figure.add_axes((0.075, 0.15, 0.46, 0.72))
        right = figure.add_axes((0.63, 0.15, 0.36, 0.72))
        left.plot(*truth, color=GREY, ls=":", lw=1.4)
        left.plot(truth[0], fit, "-", color=FIT)
        left.plot(*points, "o", color=NEW, ms=5.5)
        left.set(xlim=(-1.05, 1.05), ylim=(-2.2, 2.2), xlabel="x", ylabel="y")
        left.set(xticks=[-1, -0.5, 0, 0.5, 1], yticks=[-2, -1, 0, 1, 2])
        lines = zip(errors.items(), (FIT, NEW), ("-", "--"), ("o", "s"), strict=True)
        for (name, values), color, style, marker in lines:
            right.plot(penalties, values, style, color=color)
            right.plot(penalty, values[k], marker, color=color, ms=8)
            right.annotate(
                name, (penalties[0], values[0]), xytext=(9, 10), textcoords="offset points",
                color=color,
            )  # fmt: skip
        right.set(xscale="log", yscale="log", xlabel="penalty λ", ylabel="mean squared error")
        right.margins(y=0.12)
        # Plain characters: the superscripts of a logarithmic axis are the dearest part of a frame.
        right.set_xticks(penalties[::2], [amount(tick) for tick in penalties[::2]])
        span = [v for values in errors.values() for v in (values.min(), values.max())]
        ticks = [t for t in (0.001, 0.01, 0.1, 1, 10, 100, 1000) if min(span) <= t <= max(span)]
        right.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        right.minorticks_off()
        numbers = ", ".join(f"{name} {two_digits(values[k])}" for name, values in errors.items())
        figure.suptitle(f"λ = {amount(penalty)}: {numbers}", x=0.01, ha="left")
        frames.append(figure)
    return frames


@styled
def memorized(results, wrong, title=""):
    """Accuracy on the training labels as given, and on new pictures, a row for each remedy.

    results: name → (seeds, 2) in 0..1: training labels, new pictures. wrong: the share of training
    labels that is wrong; whoever learned the task and nothing else gets the rest.
    """
    figure = Figure(figsize=(7.8, 0.9 + 0.46 * len(results)), layout="constrained")
    ax = figure.add_subplot()
    ax.axvline(1 - wrong, color=GREY, ls=":", lw=1)
    sides = (("labels as given", FIT, "o"), ("new pictures", NEW, "s"))
    for row, values in enumerate(results.values()):
        values = np.asarray(values, dtype=float)
        ax.plot(values.mean(axis=0), [row, row], "-", color=GREY, lw=1)
        for k, (name, color, marker) in enumerate(sides):
            style = {"marker": marker, "color": color, "ls": "none", "mew": 0}
            ax.plot(values[:, k], np.full(len(values), row), alpha=0.35, ms=4, **style)
            label = name if row == 0 else None
            ax.plot(values[:, k].mean(), row, ms=9, label=label, **style)
    ax.set_yticks(range(len(results)), results)
    ax.set(ylim=(len(results) - 0.5, -0.5), xlabel="accuracy", title=title)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
