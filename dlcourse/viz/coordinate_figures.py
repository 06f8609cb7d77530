"""The figures of lecture 07 on photographs drawn by networks, and on curves fitted by them."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.viz.curves import label_ends
from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, MARKERS, styled


@styled
def photographs(images, title=""):
    """Photographs beside each other, each under its name.

    images: {name: (H, W, 3) in 0..1}. Returns the Figure.
    """
    figure = Figure(figsize=(8.4, 8.4 / len(images) + 0.75), layout="constrained")
    panels = figure.subplots(1, len(images), squeeze=False)[0]
    for ax, (name, image) in zip(panels, images.items(), strict=True):
        _photograph(ax, image)
        ax.set_title(name, loc="center", fontsize=11, fontweight="normal")
    figure.suptitle(title, x=0.01, ha="left")
    return figure


def _photograph(ax, image):
    ax.imshow(np.round(255 * np.clip(image, 0, 1)).astype(np.uint8))
    ax.set(xticks=[], yticks=[])


@styled
def fit_frames(x, target, fits, titles):
    """A curve and what a network makes of it, at several moments: figures for `viz.flipbook`.

    x, target: (M,). fits: the network's curve, a row (M,) a frame. titles: one a frame.
    """
    frames = []
    low, high = min(target.min(), np.min(fits)), max(target.max(), np.max(fits))
    for fit, title in zip(fits, titles, strict=True):
        figure = Figure(figsize=(7.2, 3.4), layout="constrained")
        ax = figure.add_subplot()
        ax.plot(x, target, color=GREY, linestyle="-", lw=1.2)
        ax.plot(x, fit, color=CYCLE[0], linestyle="-", lw=2.2)
        ax.set(xlim=(0, 1), ylim=(low - 0.08, high + 0.08), xlabel="x", ylabel="y")
        ax.set_title(title)
        frames.append(figure)
    return frames


@styled
def what_is_missing(steps, missing, title=""):
    """How much of a part of the target is still missing, over the steps of training.

    steps: (K,). missing: {name: (seeds, K)}, 1 for all of it. Bands reach from the lowest to the
    highest seed. Returns the Figure.
    """
    figure = Figure(figsize=(7.2, 3.9), layout="constrained")
    ax, ends = figure.add_subplot(), []
    for k, (name, runs) in enumerate(missing.items()):
        _band(ax, steps, np.transpose(runs), k)
        ends.append((steps[-1], np.mean(runs, axis=0)[-1], name, CYCLE[k], None))
    ax.axhline(0, color=GREY, lw=0.8, linestyle="-")
    ax.set(xscale="log", xlabel="steps of training", ylabel="share still missing")
    ax.set_xlim(steps[0], steps[-1])
    ax.set_title(title)
    label_ends(ax, ends)
    return figure


def _band(ax, x, values, k):
    """The mean over seeds in a band from the lowest to the highest; values: (X, seeds)."""
    ax.fill_between(
        x, values.min(axis=1), values.max(axis=1), color=CYCLE[k], alpha=0.2, linewidth=0
    )
    ax.plot(
        x, values.mean(axis=1), color=CYCLE[k], linestyle=LINE_STYLES[k], marker=MARKERS[k],
        mew=0, ms=6, markevery=max(1, len(x) // 8),
    )  # fmt: skip


@styled
def speeds(frequencies, rates, title=""):
    """How fast a network learns a wave, against the wave's frequency, as a share of the fastest.

    frequencies: (F,), in cycles per unit. rates: {name: (seeds, F)}. Returns the Figure.
    """
    figure = Figure(figsize=(7.2, 4.0), layout="constrained")
    ax, ends = figure.add_subplot(), []
    for k, (name, runs) in enumerate(rates.items()):
        _band(ax, frequencies, np.transpose(runs), k)
        ends.append((frequencies[-1], np.mean(runs, axis=0)[-1], name, CYCLE[k], None))
    ax.set(xscale="log", yscale="log", xlabel="frequency of the wave (cycles per unit)")
    ax.set_ylabel("speed of learning")
    ticks = [f for f in (1, 2, 4, 8, 16, 32, 64) if frequencies[0] <= f <= frequencies[-1]]
    ax.set_xticks(ticks, [str(f) for f in ticks])
    ax.minorticks_off()
    ax.set_title(title)
    label_ends(ax, ends)
    return figure


@styled
def gram_frames(x, grams, titles):
    """How alike the inputs of a network are, for all pairs of places: figures for `viz.flipbook`.

    x: (M,) places. grams: cosines between the inputs, (M, M) each. titles: one a frame. Beside the
    matrix, its middle row. Orange is alike (1), blue opposite (−1), no colour unrelated.
    """
    frames = []
    for gram, title in zip(grams, titles, strict=True):
        figure = Figure(figsize=(8.4, 3.9), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
        left.imshow(_shades(gram), extent=(x[0], x[-1], x[-1], x[0]))
        middle = len(x) // 2
        left.axhline(x[middle], color=GREY, lw=1, linestyle="--")
        left.set(xlabel="place", ylabel="other place", xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
        right.plot(x, gram[middle], color=CYCLE[1], linestyle="-")
        right.axhline(0, color=GREY, lw=0.8, linestyle="-")
        right.set(xlim=(x[0], x[-1]), ylim=(-1.05, 1.08), xlabel="place")
        right.set_ylabel(f"alike to {x[middle]:.2g}")
        figure.suptitle(title, x=0.01, ha="left")
        frames.append(figure)
    return frames


def _shades(values):
    """Vermillion for 1, blue for −1, transparent for 0, as an image (…, 4)."""
    colors = [
        [int(COLORS[name][k : k + 2], 16) for k in (1, 3, 5)] for name in ("vermillion", "blue")
    ]
    shade = np.empty((*np.shape(values), 4), np.uint8)
    shade[..., :3] = np.where(values[..., None] > 0, *colors)
    shade[..., 3] = np.round(255 * np.clip(np.abs(values), 0, 1))
    return shade


@styled
def psnr_lines(ticks, lines, title="", xlabel="bandwidth (cycles per picture)", at=None, ax=None):
    """PSNR against the bandwidth, or another hyper-parameter, at equal distances along the axis.

    ticks: labels along the axis. lines: {name: (ticks, seeds) in decibels}; bands reach from the
    lowest to the highest seed. at: index of a tick that is marked. Returns the Figure.
    """
    if ax is None:
        ax = Figure(figsize=(7.2, 4.0), layout="constrained").add_subplot()
    places, ends = np.arange(len(ticks)), []
    for k, (name, values) in enumerate(lines.items()):
        _band(ax, places, np.asarray(values), k)
        ends.append((places[-1], np.mean(values[-1]), name, CYCLE[k], None))
        if at is not None:
            ax.plot(at, np.mean(values[at]), "o", ms=13, mfc="none", mec=CYCLE[k], mew=2)
    if at is not None:
        ax.axvline(at, color=GREY, lw=0.8, linestyle="--", zorder=0)
    ax.set_xticks(places, ticks)
    ax.set(xlabel=xlabel, ylabel="PSNR (dB)")
    ax.set_title(title)
    label_ends(ax, ends)
    return ax.get_figure()


@styled
def drawing_frames(photograph, drawings, ticks, lines, titles, names):
    """A photograph, a network's drawing of it, and PSNR with this network marked: for a flipbook.

    photograph: (H, W, 3) in 0..1. drawings: an image a frame. ticks, lines: of `psnr_lines`, a
    tick a frame. titles: one a frame. names: what stands above the drawing, one a frame.
    """
    frames = []
    for at, (drawing, title, name) in enumerate(zip(drawings, titles, names, strict=True)):
        figure = Figure(figsize=(7.2, 6.5), layout="constrained")
        panels = figure.subplot_mosaic([["photograph", "drawing"], ["psnr"] * 2],
                                       height_ratios=(1.35, 1))  # fmt: skip
        shown = {"photograph": (photograph, "the photograph"), "drawing": (drawing, name)}
        for panel, (image, heading) in shown.items():
            _photograph(panels[panel], image)
            panels[panel].set_title(heading, loc="center", fontsize=11, fontweight="normal")
        psnr_lines(ticks, lines, at=at, ax=panels["psnr"])
        figure.suptitle(title, x=0.01, ha="left")
        frames.append(figure)
    return frames
