"""Optimizers measured: valleys of learning rates, momentum in a ravine, rates that fall."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.viz.curves import label_ends
from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, MARKERS, axes_for, styled


@styled
def curves(x, lines, *, xlabel, ylabel, title="", log="y", limits=None, marks=8, ax=None):
    """One line a name; where it has seeds, their geometric mean in a band from lowest to highest.

    x: (X,) or {name: (X,)}. lines: name → (X,) or (X, seeds), at most six, positive where y is
    logarithmic. log: the axes that are, "", "x", "y" or "xy". limits: of the y axis. marks: how
    many marks on a line. Names stand at the lines' ends.
    """
    ax, ends = axes_for(ax, (7.2, 4.0)), []
    ax.set(xlabel=xlabel, ylabel=ylabel)
    for axis in log:
        getattr(ax, f"set_{axis}scale")("log")
    for k, (name, values) in enumerate(lines.items()):
        at = np.asarray(x[name] if isinstance(x, dict) else x)
        values = np.asarray(values, dtype=float)
        values = values[:, None] if values.ndim == 1 else values
        if "y" in log:
            values = np.maximum(values, np.finfo(float).tiny)
        mean = np.exp(np.log(values).mean(axis=1)) if "y" in log else values.mean(axis=1)
        if values.shape[1] > 1:
            band = values.min(axis=1), values.max(axis=1)
            ax.fill_between(at, *band, color=CYCLE[k], alpha=0.18, lw=0)
        every = max(1, len(at) // marks)
        style = {"ls": LINE_STYLES[k], "marker": MARKERS[k], "color": CYCLE[k], "ms": 5}
        ax.plot(at, mean, markevery=every, **style)
        ends.append((at[-1], mean[-1], name, CYCLE[k], MARKERS[k]))
    if limits is not None:
        ax.set_ylim(limits)
        ends = [(at, np.clip(y, *limits), *rest) for at, y, *rest in ends]
    label_ends(ax, ends)
    ax.set_title(title)
    return ax.get_figure()


def valley(rates, accuracies, level):
    """The widest run of neighbouring rates whose mean accuracy is at least level: (first, last).

    rates: (R,), rising; accuracies: (R, seeds). None where no rate reaches the level.

    >>> valley([0.1, 1.0, 10.0, 100.0], [[0.2], [0.9], [1.0], [0.3]], level=0.9)
    (1.0, 10.0)
    """
    good, best, start = np.mean(accuracies, axis=1) >= level, None, None
    for k, fine in enumerate([*good, False]):
        if fine and start is None:
            start = k
        elif not fine and start is not None:
            if best is None or k - 1 - start > best[1] - best[0]:
                best = start, k - 1
            start = None
    return None if best is None else (rates[best[0]], rates[best[1]])


@styled
def valleys(rates, accuracies, level, *, title=""):
    """Accuracy against the learning rate, a panel an optimizer, with the valley of good rates.

    rates: (R,). accuracies: name → (R, seeds). level: what counts as good; the bar under the curve
    spans the widest run of rates that reach it.
    """
    rows = -(-len(accuracies) // 4)
    figure = Figure(figsize=(8.6, 0.6 + 2.0 * rows), layout="constrained")
    axes = figure.subplots(rows, 4, sharex=True, sharey=True, squeeze=False).ravel()
    for k, (ax, (name, values)) in enumerate(zip(axes, accuracies.items(), strict=False)):
        values, color = np.asarray(values), CYCLE[k % 4]
        ax.axhline(level, color=GREY, lw=0.8, ls=":")
        ax.fill_between(rates, values.min(1), values.max(1), color=color, alpha=0.2, lw=0)
        ax.plot(rates, values.mean(1), color=color, ls="-", marker=MARKERS[k % 6], ms=4)
        found = valley(rates, values, level)
        words = "no rate reaches it"
        if found:
            ax.plot(found, (0.04, 0.04), color=color, lw=5, ls="-", solid_capstyle="round")
            words = f"{np.log10(found[1] / found[0]):.1f} decades"
        ax.set_title(f"{name}\n{words}", fontsize=10.5, pad=4)
        ax.set(xscale="log", ylim=(0, 1.02))
    for ax in axes[len(accuracies) :]:
        ax.set_axis_off()
    figure.supxlabel("learning rate", fontsize=11)
    figure.supylabel("test accuracy", fontsize=11)
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def in_a_ravine(path, curvatures, arrived, *, title="", limits=(-1.15, 1.15)):
    """The first 60 steps of a path in a ravine from above, and its loss against all of its steps.

    path: (steps + 1, 2); the loss is half of the sum of curvatures · w². arrived: a loss to mark.
    """
    figure = Figure(figsize=(8.0, 3.7), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.25])
    h = np.asarray(curvatures, dtype=float)
    side = np.linspace(*limits, 121)
    height = (h[0] * side[None] ** 2 + h[1] * side[:, None] ** 2) / 2
    levels = height.max() * np.linspace(0, 1, 10)[1:] ** 2.5
    left.contour(side, side, height, levels=levels, colors=GREY, linewidths=0.6, alpha=0.6)
    left.plot(*path[:61].T, color=CYCLE[0], ls="-", lw=1.2, marker="o", ms=2.2)
    left.plot(*path[0], marker="s", color=CYCLE[1], ms=7)
    left.plot(0, 0, marker="x", color=GREY, ms=9, mew=2)
    left.set(xlim=limits, ylim=limits, aspect="equal", xlabel="w₁", ylabel="w₂")
    losses = np.maximum(path**2 @ h / 2, 1e-9)
    right.plot(losses, color=CYCLE[0], ls="-", lw=1.4)
    right.axhline(arrived, color=GREY, lw=0.8, ls=":")
    right.set(yscale="log", ylim=(1e-6, 1e3), xlabel="step", ylabel="loss")
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def falling_rates(rates, losses, *, title="", limits=None):
    """Learning rates against steps, and beside them the losses that they lead to.

    rates: name → (steps,). losses: name → (steps, seeds). limits: of the axis of the losses.
    """
    figure = Figure(figsize=(8.8, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.5])
    for k, (name, values) in enumerate(rates.items()):
        left.plot(values, color=CYCLE[k], ls=LINE_STYLES[k], label=name)
    left.set(xlabel="step", ylabel="learning rate")
    curves(
        np.arange(1, 1 + len(next(iter(losses.values())))),
        losses,
        xlabel="step",
        ylabel="loss above the lowest",
        limits=limits,
        ax=right,
    )
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def decay_of_two(shares, *, title=""):
    """What is left of weights with small and with large gradients, in bars side by side.

    shares: name → (small, large), each (seeds,).
    """
    figure = Figure(figsize=(6.6, 3.4), layout="constrained")
    ax = figure.add_subplot()
    kinds = ("small gradients", "large gradients")
    for k, (kind, hatch) in enumerate(zip(kinds, ("", "//"), strict=True)):
        place = np.arange(len(shares)) + 0.38 * (k - 0.5)
        values = np.array([np.asarray(pair[k]) for pair in shares.values()])
        mean = values.mean(axis=1)
        reach = [mean - values.min(axis=1), values.max(axis=1) - mean]
        color = COLORS[("blue", "vermillion")[k]]
        ax.bar(place, mean, 0.34, color=color, hatch=hatch, label=kind)
        ax.errorbar(place, mean, reach, color=GREY, ls="none", capsize=4)
    ax.set_xticks(np.arange(len(shares)), list(shares))
    ax.set(ylabel="share of the weight that is left", title=title, ylim=(0, 1.1))
    ax.legend(loc="upper right", ncols=2)
    return figure
