"""What networks can represent: regions cut by units, bumps added one by one, folded intervals."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.viz.boundaries import decision_boundary
from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, MARKERS, axes_for, styled


@styled
def row_of_a_photograph(image, row, x, target, curves, *, title=""):
    """A photograph with one row marked, above that row's brightness and networks that draw it.

    image: (H, W, 3) in 0..1. row: the marked row. x: (M,) places in 0..1 along the row; target:
    (M,) brightness there. curves: {label: (x, y)}, the networks. Returns the Figure.
    """
    figure = Figure(figsize=(7.2, 6.6), layout="constrained")
    top, bottom = figure.subplots(2, 1, height_ratios=(1.25, 1))
    small = np.round(255 * image[::2, ::2]).astype(np.uint8)
    top.imshow(small, extent=(0, 1, image.shape[0], 0), aspect="auto")
    top.axhline(row, color=COLORS["vermillion"], lw=2, linestyle="-")
    top.set(yticks=[], xticks=[], xlim=(0, 1))
    for k, (label, (along, values)) in enumerate(curves.items()):
        bottom.plot(along, values, color=CYCLE[k], linestyle=LINE_STYLES[k], lw=1.8, label=label)
    bottom.plot(x, target, "o", ms=3.2, mew=0, color=GREY, label=f"{len(x)} brightnesses")
    bottom.set(xlim=(0, 1), ylim=(0, 1.35), xlabel="place along the row", ylabel="brightness")
    bottom.set_yticks([0, 0.5, 1])
    bottom.legend(loc="upper left", ncols=3, handlelength=2.4, columnspacing=1.2)
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def bump_frames(x, target, sums, new, counts):
    """A curve filled with bumps: a list of figures for `viz.flipbook`.

    x, target: (M,), the curve. sums: the sum of the bumps so far, a row (M,) a frame; new: the bump
    that came last, a row (M,) a frame; counts: bumps so far, a number a frame.
    """
    frames = []
    low, high = min(0.0, target.min()), target.max()
    for total, bump, count in zip(sums, new, counts, strict=True):
        figure = Figure(figsize=(7.2, 3.8), layout="constrained")
        ax = figure.add_subplot()
        ax.plot(x, target, color=GREY, linestyle="-", lw=1.2)
        ax.fill_between(x, bump, color=CYCLE[1], alpha=0.35, lw=0)
        ax.plot(x, total, color=CYCLE[0], linestyle="-", lw=2)
        ax.set(xlim=(x[0], x[-1]), ylim=(low - 0.08, high * 1.12), xlabel="x", ylabel="y")
        plural = "bump" if count == 1 else "bumps"
        ax.set_title(f"{count} {plural}, {2 * count} hidden units")
        frames.append(figure)
    return frames


@styled
def error_by_units(groups, *, title="", ax=None):
    """Draw the largest error against the number of units, both logarithmic, with predictions.

    groups: {label: (units, errors, predicted)}, each (M,); predictions are thin lines. Returns the
    Figure.
    """
    ax = axes_for(ax, figsize=(7.2, 4.2))
    for k, (label, (units, errors, predicted)) in enumerate(groups.items()):
        ax.plot(units, predicted, color=GREY, lw=1, linestyle="-", zorder=1)
        ax.plot(units, errors, color=CYCLE[k], linestyle="none", marker=MARKERS[k], ms=8)
        ax.annotate(
            label,
            (units[-1], errors[-1]),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            annotation_clip=False,
        )
    ax.set(xscale="log", yscale="log", xlabel="hidden units", ylabel="largest error")
    ax.set_xticks(units, [str(n) for n in units])
    ax.xaxis.minorticks_off()
    ax.set_title(title)
    return ax.get_figure()


@styled
def fold_frames(x, layers, deep, shallow):
    """The output after each further layer of a folding network: figures for `viz.flipbook`.

    x: (M,) in 0..1. layers: the outputs, a row (M,) a frame. deep, shallow: parameters of the
    folding network and of the smallest one with a single hidden layer, a number a frame.
    """
    frames = []
    for depth, (y, few, many) in enumerate(zip(layers, deep, shallow, strict=True), start=1):
        figure = Figure(figsize=(7.2, 3.3), layout="constrained")
        ax = figure.add_subplot()
        ax.plot(x, y, color=CYCLE[0], linestyle="-", lw=1.6)
        ax.set(xlim=(0, 1), ylim=(-0.05, 1.08), xlabel="x", ylabel="output")
        teeth = 2 ** (depth - 1)
        ax.set_title(
            f"{depth} {'layer' if depth == 1 else 'layers'}, "
            f"{teeth} {'tooth' if teeth == 1 else 'teeth'}: {few:,} numbers. "
            f"One hidden layer: {many:,}"
        )
        frames.append(figure)
    return frames


@styled
def region_frames(stages, limits, resolution=260):
    """Which part of the plane a network answers yes to: a list of figures for `viz.flipbook`.

    stages: (title, answer, edges) for each frame. answer: points (M, 2) to outputs in 0..1, yes
    above ½. edges: (weight (K, 2), bias (K,)) of the units whose lines are drawn. limits: (x_min,
    x_max, y_min, y_max).
    """
    frames = []
    far = np.array([[limits[0] - 9, limits[2] - 9], [limits[1] + 9, limits[3] + 9]])
    for title, answer, (weight, bias) in stages:
        figure = Figure(figsize=(6.6, 4.9), layout="constrained")
        ax = figure.add_subplot()
        for w, b in zip(weight, bias, strict=True):
            foot, along = -b * w / (w @ w), np.array([-w[1], w[0]]) / np.linalg.norm(w)
            ax.plot(
                *np.stack([foot - 20 * along, foot + 20 * along]).T,
                color=GREY,
                lw=0.9,
                linestyle="--",
            )
        decision_boundary(
            lambda points, answer=answer: (np.ravel(answer(points)) > 0.5).astype(int),
            far,
            np.array([0, 1]),
            ax=ax,
            limits=limits,
            resolution=resolution,
            title=title,
        )
        ax.set_aspect("equal")
        frames.append(figure)
    return frames
