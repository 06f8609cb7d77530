"""Activation functions: their curves and slopes, how fast they learn, which units die."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from dlcourse.viz.style import CYCLE, GREY, LINE_STYLES, MARKERS, axes_for, styled


@styled
def activation_card(function, *, title="", flat=0.05, reach=6.0):
    """Draw one activation function beside its slope, with the flat places shaded.

    function: a Module or an operation that returns (y, backward). flat: a slope of less than this
    counts as saturated. reach: both panels go from −reach to reach. One frame of a flipbook:
    the axes are the same for every function. Returns the Figure.
    """
    x = np.linspace(-reach, reach, 481)
    y, slope = curve_and_slope(function, x)
    figure = Figure(figsize=(7.4, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    for ax, values, color in ((left, y, CYCLE[0]), (right, slope, CYCLE[1])):
        ax.axhline(0, color=GREY, lw=0.7, linestyle="-")
        ax.axvline(0, color=GREY, lw=0.7, linestyle="-")
        ax.fill_between(x, -1.5, 3, where=np.abs(slope) < flat, color=GREY, alpha=0.18, lw=0)
        ax.plot(x, values, color=color, linestyle="-", lw=2.6)
        ax.set(xlim=(-reach, reach), xlabel="weighted sum z")
    left.set(ylim=(-1.5, 3), ylabel="what the unit puts out")
    right.set(ylim=(-0.15, 1.15), ylabel="slope")
    for ax, name in ((left, "value"), (right, f"slope; shaded where below {flat:g}")):
        ax.set_title(name, fontsize=11, fontweight="normal")
    figure.suptitle(title, x=0.01, ha="left")
    return figure


def curve_and_slope(function, x):
    """The values of an activation function and its slope, by its own backward: two arrays of x's
    shape. function: a Module or an operation that returns (y, backward).

    >>> from dlcourse.nn import ops
    >>> curve_and_slope(ops.tanh, np.zeros(1))
    (array([0.]), array([1.]))
    """
    if hasattr(function, "backward"):
        y = function(x)
        return y, function.backward(np.ones_like(x))
    y, backward = function(x)
    slope = backward(np.ones_like(x))
    return y, slope[0] if isinstance(slope, tuple) else slope


@styled
def accuracy_by_rate(rates, accuracies, *, title="", ax=None):
    """Draw the accuracy that each activation function reaches against the learning rate.

    rates: (R,). accuracies: {label: (R, seeds)} in 0..1; lines are means, bands reach from the
    worst seed to the best, and the label stands at the best rate. Returns the Figure.
    """
    ax = axes_for(ax, figsize=(7.2, 4.2))
    for k, (label, values) in enumerate(accuracies.items()):
        mean = values.mean(axis=1)
        style = {"color": CYCLE[k], "linestyle": LINE_STYLES[k], "marker": MARKERS[k]}
        ax.plot(rates, mean, label=label, **style)
        ax.fill_between(
            rates, values.min(axis=1), values.max(axis=1), color=CYCLE[k], alpha=0.16, lw=0
        )
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="learning rate", ylabel="test accuracy")
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=3.2)
    ax.set_title(title)
    return ax.get_figure()


@styled
def dead_units(shares, *, title="", ax=None):
    """Draw which share of a layer's units is dead after every epoch.

    shares: {label: (seeds, epochs) in 0..1}; means and bands from the smallest to the largest.
    Returns the Figure.
    """
    ax = axes_for(ax, figsize=(7.2, 3.9))
    for k, (label, values) in enumerate(shares.items()):
        epochs = np.arange(1, values.shape[1] + 1)
        mean = values.mean(axis=0)
        ax.plot(epochs, mean, color=CYCLE[k], linestyle=LINE_STYLES[k], marker=MARKERS[k])
        ax.fill_between(
            epochs, values.min(axis=0), values.max(axis=0), color=CYCLE[k], alpha=0.18, lw=0
        )
        place = (epochs[-1], mean[-1])
        ax.annotate(
            f"{label}: {mean[-1]:.0%}",
            place,
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            annotation_clip=False,
        )
    top = max(values.max() for values in shares.values())
    ax.set(xlabel="epoch", ylabel="dead units", xticks=epochs, ylim=(-0.02, max(0.1, 1.1 * top)))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_title(title)
    return ax.get_figure()


@styled
def two_losses(scores, losses, slopes, *, title=""):
    """Draw two losses of one example, and their slopes, against the score of the right class.

    scores: (S,). losses, slopes: {label: (S,)}. Returns the Figure.
    """
    figure = Figure(figsize=(7.6, 3.7), layout="constrained")
    left, right = figure.subplots(1, 2)
    for k, label in enumerate(losses):
        style = {"color": CYCLE[k], "linestyle": LINE_STYLES[k]}
        left.plot(scores, losses[label], label=label, **style)
        right.plot(scores, slopes[label], **style)
    for ax in (left, right):
        ax.axvline(0, color=GREY, lw=0.7, linestyle=":")
        ax.set_xlabel("score of the right class − the other's")
    left.set(ylabel="loss")
    right.set(ylabel="slope")
    right.annotate(
        "wrong\nand sure", (scores[0], (min(map(np.min, slopes.values()))) / 2), va="center"
    )
    left.legend(loc="upper right", handlelength=3)
    figure.suptitle(title, x=0.01, ha="left")
    return figure
