"""The figures of lecture 04: what a gradient costs, how exact it is, how it fares with depth."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, MARKERS, axes_for, styled


def seconds(time):
    """A duration as a person says it: two digits and a unit.

    >>> seconds(0.0026), seconds(0.2813), seconds(258), seconds(12700)
    ('2.6 ms', '280 ms', '4.3 min', '3.5 h')
    """
    units = (("h", 3600), ("min", 60), ("s", 1), ("ms", 1e-3))
    unit, size = next((pair for pair in units if time >= pair[1]), ("µs", 1e-6))
    return f"{float(f'{time / size:.2g}'):g} {unit}"


@styled
def price_of_a_gradient(weights, nudged, backward, *, measured, title=None, ax=None):
    """Draw the time of one gradient against the number of weights, both axes logarithmic.

    weights: (M,) counts; nudged, backward: (M,) seconds, by nudging each weight and by
    backpropagation. measured: (M,) booleans, whether nudged was run to its end (filled marks) or
    computed from the time of one forward pass (hollow marks). Returns the Figure.
    """
    ax = axes_for(ax, figsize=(7.2, 4.2))
    measured = np.asarray(measured)
    rows = (("nudge every weight", nudged, 1), ("backpropagation", backward, 0))
    for label, times, k in rows:
        ax.plot(weights, times, color=CYCLE[k], linestyle=LINE_STYLES[k])
        full = measured if k else np.ones(len(weights), dtype=bool)
        for mask, face in ((full, CYCLE[k]), (~full, "none")):
            ax.plot(
                np.asarray(weights)[mask],
                np.asarray(times)[mask],
                linestyle="none",
                marker=MARKERS[k],
                color=CYCLE[k],
                markerfacecolor=face,
            )
        ax.annotate(
            f"{label}\n{seconds(times[-1])}",
            (weights[-1], times[-1]),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            annotation_clip=False,
        )
    ax.set(xscale="log", yscale="log", xlabel="weights in the network")
    ax.set_ylabel("time for one gradient (s)")
    if title:
        ax.set_title(title)
    return ax.get_figure()


@styled
def descent(rate, start=10.0, steps=12, *, limit=14.0):
    """Draw gradient descent on Loss(w) = w² with one learning rate: the path on the parabola.

    rate: λ; start: the first weight; steps: how many are drawn; limit: half the width of the axis,
    beyond which the path leaves the picture. Returns the Figure.
    """
    figure = Figure(figsize=(6.4, 3.9), layout="constrained")
    ax = figure.add_subplot()
    grid = np.linspace(-limit, limit, 201)
    ax.plot(grid, grid**2, color=GREY, linestyle="-", lw=1.4)
    path = start * (1 - 2 * rate) ** np.arange(steps + 1)
    ax.plot(path, path**2, color=CYCLE[1], marker="o", linestyle="-", lw=1.2, markersize=6)
    ax.plot(path[:1], path[:1] ** 2, color=CYCLE[0], marker="s", markersize=9, linestyle="none")
    ax.annotate("start", (start, start**2), xytext=(10, -4), textcoords="offset points")
    ax.set(xlim=(-limit, limit), ylim=(-12, limit**2), xlabel="w", ylabel="Loss(w) = w²")
    factor = 1 - 2 * rate
    if abs(factor) < 1e-9:
        finding = "one step lands in the valley"
    else:
        finding = f"each step multiplies w by {factor:.2g}".replace("-", "−")
    ax.set_title(f"λ = {rate:g}: {finding}")
    return figure


@styled
def error_against_step(steps, errors, *, title=None):
    """Draw the error of finite differences against the size of the nudge, a panel for each dtype.

    steps: (S,) nudges h. errors: {dtype: {label: (S,) relative errors}}; exact zeros are left out.
    The best step of each curve is marked. Axes are logarithmic. Returns the Figure.
    """
    figure = Figure(figsize=(7.6, 3.9), layout="constrained")
    panels = figure.subplots(1, len(errors), sharey=True, squeeze=False)[0]
    for ax, (dtype, curves) in zip(panels, errors.items(), strict=True):
        for k, (label, error) in enumerate(curves.items()):
            error = np.where(np.asarray(error) > 0, error, np.nan)
            ax.plot(steps, error, color=CYCLE[k], linestyle=LINE_STYLES[k], lw=1.8)
            best = np.nanargmin(error)
            ax.plot(steps[best], error[best], marker=MARKERS[k], color=CYCLE[k], markersize=9)
            ax.annotate(
                f"{label}:\nh = {power(steps[best])}",
                (steps[best], error[best]),
                xytext=(-8, 0) if k == 0 else (0, -9),
                textcoords="offset points",
                ha="right" if k == 0 else "center",
                va="top",
                fontsize=9.5,
            )
        ax.set(xscale="log", yscale="log", xlabel="nudge h", xticks=[1e-14, 1e-10, 1e-6, 1e-2])
        ax.set_title(dtype, fontsize=11, fontweight="normal")
    panels[0].set_ylabel("relative error of the slope")
    every = np.concatenate([np.asarray(e) for curves in errors.values() for e in curves.values()])
    panels[0].set_ylim(every[every > 0].min() / 3000, 30)
    if title:
        figure.suptitle(title, x=0.01, ha="left")
    return figure


def power(value):
    """A positive number in one digit and a power of ten.

    >>> power(1e-05), power(1.8e-08), power(2e-13), power(700.0)
    ('10⁻⁵', '2·10⁻⁸', '2·10⁻¹³', '7·10²')
    """
    first, exponent = f"{value:.0e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if first == "1" else f"{first}·10{raised}"


@styled
def gradients_by_layer(norms, *, title=None, ax=None):
    """Draw how large the gradient is at every depth, 1 at the output.

    norms: {label: (seeds, L + 1) norms of dL/dh at layers 0, the input, to L, the output}. Lines
    are geometric means over the seeds, bands reach from the smallest to the largest.
    Returns the Figure.
    """
    ax = axes_for(ax, figsize=(7.2, 4.2))
    for k, (label, values) in enumerate(norms.items()):
        layers = np.arange(values.shape[1])
        _band(ax, layers, values, k, label, at=0)
    ax.axhline(1, color=GREY, lw=0.8, linestyle=":")
    ax.set(yscale="log", xlabel="layer (0 is the input)", ylabel="size of the gradient")
    ax.set_xlim(layers[-1], -0.28 * layers[-1])
    ax.set_xticks(layers[:: max(1, len(layers) // 5)])
    if title:
        ax.set_title(title)
    return ax.get_figure()


@styled
def gradient_by_scale(scales, ratios, *, marks=(), title=None, ax=None):
    """Draw how much of the gradient arrives at the input against the scale of the weights.

    scales: (S,) values g of the weights' standard deviation g/√n; ratios: {label: (seeds, S)};
    marks: (g, label) pairs, drawn as vertical lines. Returns the Figure.
    """
    ax = axes_for(ax, figsize=(7.2, 4.4))
    for k, (label, values) in enumerate(ratios.items()):
        _band(ax, np.asarray(scales), values, k, label, at=-1)
    ax.axhline(1, color=GREY, lw=0.8, linestyle=":")
    for g, label in marks:
        ax.axvline(g, color=GREY, lw=0.9, linestyle=":")
        ax.annotate(
            label,
            (g, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -2),
            textcoords="offset points",
            fontsize=9.5,
            rotation=90,
            va="top",
        )
    ax.set(xscale="log", yscale="log", xlabel="scale g of the weights (std = g/√n)")
    ax.set_ylabel("gradient at the input / at the output")
    ticks = [t for t in (0.5, 1, 2, 4) if scales[0] <= t <= scales[-1]]
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()
    if title:
        ax.set_title(title)
    return ax.get_figure()


def _band(ax, x, values, k, label, at):
    """Geometric mean and range over the seeds, with the label at one end of the line."""
    mean = np.exp(np.log(values).mean(axis=0))
    ax.plot(x, mean, color=CYCLE[k], linestyle=LINE_STYLES[k])
    ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=CYCLE[k], alpha=0.2, lw=0)
    ax.annotate(
        f"{label}: {power(mean[at])}",
        (x[at], mean[at]),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        annotation_clip=False,
    )


@styled
def picture_and_answers(start, picture, probabilities, *, title=""):
    """Draw a picture, how it differs from where it started, and what a network says to it.

    start, picture: H·W numbers in 0..1 of a square picture; probabilities: (K,). title: goes before
    the most probable class. One frame of a flipbook; returns the Figure.
    """
    figure = Figure(figsize=(7.4, 2.9), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.5))
    side = round(np.size(picture) ** 0.5)
    now, before = np.reshape(picture, (side, side)), np.reshape(start, (side, side))
    left.imshow(now, vmin=0, vmax=1)
    middle.imshow(now - before, vmin=-1, vmax=1, cmap="PuOr")
    for ax, label in ((left, "the picture"), (middle, "what was changed")):
        ax.set(xticks=[], yticks=[], xlabel=label)
    winner = int(np.argmax(probabilities))
    colors = [COLORS["vermillion" if k == winner else "blue"] for k in range(len(probabilities))]
    right.barh(range(len(probabilities)), probabilities, color=colors)
    right.set(xlim=(0, 1), yticks=range(len(probabilities)), xlabel="the network's probability")
    right.invert_yaxis()
    figure.suptitle(
        f"{title}{winner}, says the network, {probabilities[winner]:.0%}", x=0.01, ha="left"
    )
    return figure
