"""The figures of the lecture on perceptrons: retinas, a moving line, mistakes and their bound."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from dlcourse.viz.style import COLORS, GREY, styled

# The colours and marks that `decision_boundary` gives the first and the second class.
MINUS, PLUS = COLORS["blue"], COLORS["vermillion"]


def draw_retina(ax, values, limit=None, title=""):
    """Draw a retina's cells on `ax`: orange above zero, blue below, nothing at zero.

    values: (H, W) or H·W numbers of a square retina. limit: the magnitude drawn at full strength;
    the largest one if left out.
    """
    values = np.asarray(values, dtype=float)
    side = round(values.size**0.5)
    values = values.reshape(side, -1)
    limit = limit or np.abs(values).max() or 1.0
    rgba = np.empty((*values.shape, 4))
    rgba[..., :3] = np.where(values[..., None] < 0, to_rgb(MINUS), to_rgb(PLUS))
    rgba[..., 3] = np.clip(np.abs(values) / limit, 0, 1)
    ax.imshow(rgba, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.set_title(title, fontsize="medium")
    for spine in ax.spines.values():
        spine.set_visible(True)


@styled
def retinas(cards, titles, title="", limit=None):
    """A row of retinas. cards: a list of arrays of H·W numbers each, with their titles."""
    figure = Figure(figsize=(1.7 * len(cards), 2.4), layout="constrained")
    axes = figure.subplots(1, len(cards), squeeze=False)
    for ax, card, name in zip(axes[0], cards, titles, strict=True):
        draw_retina(ax, card, limit, name)
    figure.suptitle(title)
    return figure


@styled
def sum_and_step(weight, bias, points, title=""):
    """One unit with two inputs: its weighted sum beside the same sum after a step.

    points: a list of (x₁, x₂), marked in both panels, with the unit's output written beside them.
    """
    x1, x2 = np.meshgrid(np.linspace(0, 1, 101), np.linspace(0, 1, 101))
    score = weight[0] * x1 + weight[1] * x2 + bias
    figure = Figure(figsize=(7.6, 3.6), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    lines = axes[0].contour(x1, x2, score, levels=np.arange(-1.5, 2, 0.5), colors=GREY)
    axes[0].clabel(lines, fmt="ŷ = %.1f", fontsize="small")
    axes[1].contourf(x1, x2, score > 0, levels=[-0.5, 0.5, 1.5], colors=[MINUS, PLUS], alpha=0.25)
    axes[1].contour(x1, x2, score, levels=[0], colors=GREY)
    for x in points:
        value = weight @ np.asarray(x) + bias
        for ax, text in zip(axes, (f" {value:.1f}", f" {int(value > 0)}"), strict=True):
            ax.plot(*x, "s" if value > 0 else "o", color=PLUS if value > 0 else MINUS)
            ax.annotate(text, x, xytext=(4, 4), textcoords="offset points", weight="bold")
    axes[0].set(title="the sum: how far right?", xlabel="left cell, x₁", ylabel="right cell, x₂")
    axes[1].set(title="the step: which side?", xlabel="left cell, x₁")
    figure.suptitle(title)
    return figure


def _scatter(ax, x, y):
    for label, mark, color in ((-1, "o", MINUS), (1, "s", PLUS)):
        ax.plot(*x[y == label].T, mark, color=color, ms=5, mew=0)


def _line(ax, weight, bias, **style):
    length = weight @ weight
    if length > 0:
        foot, along = -bias * weight / length, np.array([-weight[1], weight[0]]) / length**0.5
        ax.plot(*np.stack([foot - 9 * along, foot + 9 * along]).T, **style)


@styled
def boundary_frames(x, y, trace, limits=(-3, 3)):
    """The line of a perceptron after each of its mistakes: a list of figures for `viz.flipbook`.

    x: (N, 2). y: (N,) of −1 and +1. trace: what `Perceptron.fit` returned. Each frame shows the
    line before the correction (dashed), the line after it, and the weight vector as an arrow.
    """
    frames = []
    for step, (weight, bias) in enumerate(zip(trace.weights, trace.biases, strict=True)):
        figure = Figure(figsize=(4.6, 4.4), layout="constrained")
        ax = figure.add_subplot()
        _scatter(ax, x, y)
        if step > 0:
            _line(ax, trace.weights[step - 1], trace.biases[step - 1], ls="--", color=GREY)
        _line(ax, weight, bias, color=GREY, lw=2)
        if weight @ weight > 0:
            foot, tip = -bias * weight / (weight @ weight), weight / (weight @ weight) ** 0.5
            ax.annotate(
                "", foot + tip, foot, arrowprops={"arrowstyle": "->", "color": PLUS, "lw": 2}
            )
        wrong = int(np.sum(y * (x @ weight + bias) <= 0))
        ax.set(xlim=limits, ylim=limits, aspect="equal", xlabel="x₁", ylabel="x₂")
        ax.set_title(f"after {step} corrections, {wrong} of {len(y)} points are wrong")
        frames.append(figure)
    return frames


@styled
def retina_frames(trace, side=20):
    """The weights of a perceptron on a retina after each mistake: figures for `viz.flipbook`."""
    limit = np.abs(trace.weights[-1]).max()
    frames = []
    for step, weight in enumerate(trace.weights):
        figure = Figure(figsize=(3.4, 3.6), layout="constrained")
        ax = figure.add_subplot()
        draw_retina(ax, weight, limit, f"the weights after {step} mistakes")
        ax.axvline(side / 2 - 0.5, color=GREY, lw=0.8, ls=":")
        frames.append(figure)
    return frames


@styled
def squeeze(trace, u, R, gamma, title=""):
    """The two inequalities of Novikoff's proof, mistake by mistake.

    trace: what `Perceptron.fit` returned. u: (D,) unit vector that separates with margin gamma and
    no bias. R: length of the longest example, extended by its constant 1. The length of (w, b) stays
    below √M R, its component along u above M γ, and the two limits cross at (R/γ)².
    """
    weights, biases = np.array(trace.weights), np.array(trace.biases)
    limit = (R / gamma) ** 2
    m = np.linspace(0, 1.12 * limit, 200)
    made = np.arange(len(weights))
    figure = Figure(figsize=(6.6, 4.4), layout="constrained")
    ax = figure.add_subplot()
    ax.plot(m, np.sqrt(m) * R, "-", color=GREY, lw=1.2)
    ax.plot(m, m * gamma, "--", color=GREY, lw=1.2)
    ax.fill_between(m, m * gamma, np.sqrt(m) * R, where=m <= limit, color=GREY, alpha=0.12, lw=0)
    ax.plot(made, np.hypot(np.linalg.norm(weights, axis=1), biases), "o", ms=4, color=PLUS)
    ax.plot(made, weights @ u, "s", ms=4, color=MINUS)
    ax.axvline(limit, color=GREY, lw=1, ls=":")
    for x, y, text, align in (
        (0.45 * limit, np.sqrt(0.45 * limit) * R, "√M R ", "right"),
        (0.45 * limit, 0.45 * limit * gamma, " M γ", "left"),
        (made[-1], np.linalg.norm(weights[-1]), "  length of w", "left"),
        (made[-1], weights[-1] @ u, "  w along u", "left"),
    ):
        drop = "top" if align == "left" else "bottom"
        color = {"  length of w": PLUS, "  w along u": MINUS}.get(text, GREY)
        ax.annotate(text, (x, y), ha=align, va=drop, color=color)
    ax.annotate("(R/γ)² ", (limit, 0), ha="right", va="bottom")
    ax.set(xlabel="mistakes M", ylabel="length", title=title, xlim=(0, m[-1]), ylim=(0, None))
    return figure


@styled
def mistakes_against_bound(groups, title=""):
    """Mistakes over the Novikoff bound, both on logarithmic axes.

    groups: name → list of (bound, mistakes). Nothing can lie above the diagonal.
    """
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    ax = figure.add_subplot()
    marks = zip("osD^v", ("vermillion", "blue", "green", "purple", "orange"), strict=True)
    for (name, pairs), (mark, color) in zip(groups.items(), marks, strict=False):
        bound, mistakes = np.array(pairs, dtype=float).T
        ax.plot(bound, mistakes, mark, color=COLORS[color], alpha=0.8, mew=0, label=name)
    low, high = ax.get_xlim()
    ax.plot([1, 2e4], [1, 2e4], color=GREY, lw=1)
    ax.annotate("mistakes = bound", (30, 33), rotation=33, ha="center", va="bottom")
    ax.set(xscale="log", yscale="log", xlim=(max(low, 1.5), high * 1.5), ylim=(1.5, 1e3))
    ax.set(
        xlabel="the bound (R/γ)², computed before", ylabel="mistakes, counted after", title=title
    )
    ax.legend(loc="upper left")
    return figure


@styled
def weights_in_a_circle(trace, title=""):
    """The weights w₁, w₂ of a two-input perceptron from mistake to mistake, the bias written on."""
    weights, biases = np.array(trace.weights), np.array(trace.biases)
    figure = Figure(figsize=(4.8, 4.2), layout="constrained")
    ax = figure.add_subplot()
    named = {}
    for step in range(len(weights) - 1):
        start, stop = weights[step], weights[step + 1]
        if np.any(start != stop):
            arrow = {"arrowstyle": "->", "color": PLUS, "lw": 2, "shrinkA": 9, "shrinkB": 9}
            ax.annotate("", stop, start, arrowprops=arrow)
        named.setdefault(tuple(start), []).append(biases[step])
    for place, values in named.items():
        ax.plot(*place, "o", color=MINUS, ms=9)
        bias = " or ".join(f"{b:+.0f}" if b else "0" for b in sorted(set(values)))
        ax.annotate(f"b = {bias}", place, xytext=(10, 8), textcoords="offset points")
    ax.set(xlim=(-0.4, 1.7), ylim=(-0.4, 1.5), xlabel="w₁", ylabel="w₂", title=title)
    return figure


@styled
def bent_plane(hidden_weight, hidden_bias, weight, bias, title=""):
    """XOR by two layers: the plane of the inputs beside the plane of the hidden units.

    hidden_weight: (2, 2), a row a unit; hidden_bias: (2,); weight: (2,); bias: a number.
    """
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.array([-1, 1, 1, -1])
    hidden = (x @ hidden_weight.T + hidden_bias > 0).astype(float)
    grid = np.stack(np.meshgrid(np.linspace(-0.5, 1.5, 301), np.linspace(-0.5, 1.5, 301)), axis=-1)
    output = (grid @ hidden_weight.T + hidden_bias > 0) @ weight + bias > 0
    figure = Figure(figsize=(7.8, 3.9), layout="constrained")
    axes = figure.subplots(1, 2)
    levels = {"levels": [-0.5, 0.5, 1.5], "colors": [MINUS, PLUS], "alpha": 0.22}
    axes[0].contourf(grid[..., 0], grid[..., 1], output, **levels)
    axes[1].contourf(grid[..., 0], grid[..., 1], grid @ weight + bias > 0, **levels)
    for row, offset in zip(hidden_weight, hidden_bias, strict=True):
        _line(axes[0], row, offset, color=GREY, lw=1.5)
    _line(axes[1], weight, bias, color=GREY, lw=1.5)
    for ax, places, names in zip(axes, (x, hidden), (("x₁", "x₂"), ("h₁", "h₂")), strict=True):
        _scatter(ax, places.astype(float), y)
        for place in np.unique(places, axis=0):
            cards = [f"({a},{b})" for a, b in x[(places == place).all(axis=1)]]
            ax.annotate(" ".join(cards), place, xytext=(7, 7), textcoords="offset points")
        ax.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), aspect="equal", xlabel=names[0], ylabel=names[1])
    axes[0].set_title("what comes in")
    axes[1].set_title("what the hidden layer makes of it")
    figure.suptitle(title)
    return figure


@styled
def association_cells(counts, train, held_out, direct, title=""):
    """Accuracy against the number of association cells, with the spread over seeds.

    counts: (C,). train, held_out: (C, seeds). direct: the accuracy of a perceptron without them.
    """
    figure = Figure(figsize=(6.8, 4.0), layout="constrained")
    ax = figure.add_subplot()
    for values, mark, color, name in (
        (train, "s--", COLORS["blue"], "cards it was shown"),
        (held_out, "o-", COLORS["vermillion"], "cards it never saw"),
    ):
        middle = np.mean(values, axis=1)
        spread = np.abs(np.stack([np.min(values, axis=1), np.max(values, axis=1)]) - middle)
        ax.errorbar(counts, middle, spread, fmt=mark, color=color, capsize=3, label=name)
    ax.axhline(direct, color=GREY, ls=":")
    ax.annotate("400 cells, no association layer", (counts[-1], direct), ha="right", va="bottom")
    ax.set(xscale="log", xticks=counts, ylim=(0.4, 1.03), title=title)
    ax.set_xticks(counts, [str(c) for c in counts])
    ax.minorticks_off()
    ax.set(xlabel="association cells, wired at random", ylabel="share of cards told apart")
    ax.legend(loc="center right")
    return figure


@styled
def last_against_average(last, average, title=""):
    """Test accuracy after every correction: of the current weights and of their running average."""
    figure = Figure(figsize=(6.8, 3.6), layout="constrained")
    ax = figure.add_subplot()
    ax.plot(last, color=COLORS["blue"], lw=0.8, alpha=0.8)
    ax.plot(average, color=COLORS["vermillion"], lw=2.5)
    ax.annotate("average of all weights so far", (len(last), average[-1]), ha="right", va="bottom")
    ax.annotate("current weights", (len(last), 0.2), ha="right", color=COLORS["blue"])
    ax.set(ylim=(0, 1), xlabel="corrections", ylabel="accuracy on new points", title=title)
    return figure
