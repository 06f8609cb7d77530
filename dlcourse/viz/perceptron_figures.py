"""The figures of the lecture on perceptrons: a moving line, mistakes and their bound, XOR."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.viz.boundaries import decision_boundary
from dlcourse.viz.retina import retina
from dlcourse.viz.style import COLORS, GREY, styled

# The colours that `decision_boundary` gives the first and the second class.
MINUS, PLUS = COLORS["blue"], COLORS["vermillion"]


@styled
def sum_and_step(weight, bias, points, title=""):
    """One unit with two inputs: its weighted sum beside the same sum after a step.

    points: a list of (x₁, x₂), marked in both panels, with the unit's output written beside them.
    """
    x1, x2 = np.meshgrid(np.linspace(0, 1, 101), np.linspace(0, 1, 101))
    score = weight[0] * x1 + weight[1] * x2 + bias
    figure = Figure(figsize=(7.6, 3.6), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    lines = axes[0].contour(
        x1, x2, score, levels=np.arange(-1.5, 2, 0.5), colors=GREY, linestyles="-", linewidths=1.2
    )
    axes[0].clabel(lines, fmt="ŷ = %.1f", fontsize="small")
    axes[1].contourf(x1, x2, score > 0, levels=[-0.5, 0.5, 1.5], colors=[MINUS, PLUS], alpha=0.25)
    axes[1].contour(x1, x2, score, levels=[0], colors=GREY)
    for x in points:
        value = weight @ np.asarray(x) + bias
        for ax, text in zip(axes, (f" {value:.1f}", f" {int(value > 0)}"), strict=True):
            ax.plot(*x, "s" if value > 0 else "o", color=PLUS if value > 0 else MINUS)
            ax.annotate(text, x, xytext=(4, 4), textcoords="offset points", weight="bold")
    axes[0].set(
        title="the sum: how far right?", xlabel="left cell $x_1$", ylabel="right cell $x_2$"
    )
    axes[1].set(title="the step: which side?", xlabel="left cell $x_1$")
    figure.suptitle(title)
    return figure


@styled
def squeeze(trace, u, R, gamma, title=""):
    """The two inequalities of Novikoff's proof, mistake by mistake.

    trace: what `Perceptron.fit` returned. u: (D,) unit vector that separates with margin gamma
    and no bias. R: length of the longest example, extended by its constant 1. The length of (w, b)
    stays below √M R, its component along u above M γ, and the two limits cross at (R/γ)².
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
    half = len(made) // 2
    for x, y, text, side, color in (
        (0.76 * limit, np.sqrt(0.76 * limit) * R, "√M R ", "right", GREY),
        (0.8 * limit, 0.8 * limit * gamma, "  M γ", "left", GREY),
        (half, np.linalg.norm(weights[half]), "  length of w", "left", PLUS),
        (half, weights[half] @ u, "  w along u", "left", MINUS),
    ):
        vertical = "top" if side == "left" else "bottom"
        ax.annotate(text, (x, y), ha=side, va=vertical, color=color)
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
def weights_in_a_circle(x, y, trace, title=""):
    """The weights w₁, w₂ of a two-input perceptron that come back to their start.

    x: (N, 2). y: (N,) of −1 and +1. trace: what `Perceptron.fit` returned; one round of its cycle
    is drawn. Each arrow names the card that was added or subtracted, each place its bias.
    """
    figure = Figure(figsize=(6.2, 4.4), layout="constrained")
    ax = figure.add_subplot()
    biases = {}
    for step, example in enumerate(trace.examples):
        start, stop = trace.weights[step], trace.weights[step + 1]
        biases.setdefault(tuple(start), []).append(trace.biases[step])
        card = f"{'+' if y[example] > 0 else '−'} ({x[example][0]:.0f}, {x[example][1]:.0f})"
        if np.any(start != stop):
            arrow = {"arrowstyle": "->", "color": PLUS, "lw": 2, "shrinkA": 9, "shrinkB": 9}
            ax.annotate("", stop, start, arrowprops=arrow)
            middle = (start + stop) / 2 + (0.05, 0.04 if (stop - start).min() >= 0 else -0.09)
            ax.annotate(card, middle, color=PLUS)
        else:
            ax.annotate(
                f"{card}: b alone",
                start,
                xytext=(-12, 12),
                textcoords="offset points",
                ha="right",
                color=PLUS,
            )
        if not np.any(stop) and trace.biases[step + 1] == 0:
            break
    for place, values in biases.items():
        ax.plot(*place, "o", color=MINUS, ms=9)
        names = ", then ".join(f"{b:+.0f}".replace("-", "−") if b else "0" for b in values)
        below = (-6, -18) if place == (0, 0) else (10, 8)
        ax.annotate(f"b = {names}", place, xytext=below, textcoords="offset points")
    ax.set(xlim=(-0.75, 1.6), ylim=(-0.35, 1.4), xlabel="$w_1$", ylabel="$w_2$", title=title)
    ax.set(xticks=[0, 1], yticks=[0, 1])
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
    ax.plot(average, "-", color=COLORS["vermillion"], lw=2.5)
    ax.annotate("average of all weights so far", (len(last), average[-1]), ha="right", va="bottom")
    ax.annotate("current weights", (len(last), 0.2), ha="right", color=COLORS["blue"])
    ax.set(ylim=(0, 1), xlabel="corrections", ylabel="accuracy on new points", title=title)
    return figure


def _line(ax, weight, bias, **style):
    length = weight @ weight
    if length > 0:
        foot, along = -bias * weight / length, np.array([-weight[1], weight[0]]) / length**0.5
        ax.plot(*np.stack([foot - 20 * along, foot + 20 * along]).T, **style)


@styled
def boundary_frames(x, y, trace, limits):
    """The line of a perceptron after each of its mistakes: a list of figures for `viz.flipbook`.

    x: (N, 2). y: (N,) of −1 and +1. trace: what `Perceptron.fit` returned. limits: (x_min, x_max,
    y_min, y_max). A ring marks the mistake that was corrected last, a dashed line the boundary
    before it, an arrow the weight vector.
    """
    frames = []
    for step, (weight, bias) in enumerate(zip(trace.weights, trace.biases, strict=True)):

        def side(points, weight=weight, bias=bias):
            return points @ weight + bias if weight.any() else np.full(len(points), -1)

        wrong = int(np.sum((side(x) > 0) != (y > 0)))
        figure = decision_boundary(
            side,
            x,
            y,
            weight=weight,
            bias=bias,
            threshold=0 if weight.any() else None,
            limits=limits,
            resolution=80,
            highlight=trace.examples[step - 1] if step else None,
            title=f"After {step} mistakes, {wrong} of {len(y)} points are wrong",
        )
        if step:
            before = trace.weights[step - 1], trace.biases[step - 1]
            _line(figure.axes[0], *before, color=GREY, ls="--", lw=1.2)
        frames.append(figure)
    return frames


@styled
def retina_frames(x, y, trace):
    """The last card got wrong beside the weights it left: a list of figures for `viz.flipbook`.

    x: (N, H·W) with H = W. y: (N,) of −1 and +1. trace: what `Perceptron.fit` returned.
    """
    limit = np.abs(trace.weights[-1]).max()
    frames = []
    for step, weight in enumerate(trace.weights):
        last = trace.examples[step - 1] if step else 0
        card = limit * y[last] * x[last] if step else np.zeros(x.shape[1])
        sign = {0: "no card yet", 1: f"+ card {last + 1}", -1: f"− card {last + 1}"}
        titles = [sign[int(y[last]) if step else 0], f"weights after {step} mistakes"]
        frames.append(retina([card, weight], titles, diverging=True, limit=limit, size=2.4))
    return frames


@styled
def bent_plane(hidden_weight, hidden_bias, weight, bias, title=""):
    """XOR by two layers: the plane of the inputs beside the plane of the hidden units.

    hidden_weight: (2, 2), a row a unit; hidden_bias: (2,); weight: (2,); bias: a number.
    """
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([-1, 1, 1, -1])

    def hide(points):
        return (points @ hidden_weight.T + hidden_bias > 0).astype(float)

    def answer(points):
        return np.where(points @ weight + bias > 0, 1, -1)

    figure = Figure(figsize=(8.0, 4.1), layout="constrained")
    left, right = figure.subplots(1, 2)
    limits = (-0.5, 1.5, -0.5, 1.5)
    fine = {"limits": limits, "resolution": 240}
    decision_boundary(lambda points: answer(hide(points)), x, y, ax=left, **fine)
    decision_boundary(answer, hide(x), y, names=("$h_1$", "$h_2$"), ax=right, **fine)
    for ax, places, name in ((left, x, "what comes in"), (right, hide(x), "after two units")):
        for place in np.unique(places, axis=0):
            cards = [f"({a:.0f}, {b:.0f})" for a, b in x[(places == place).all(axis=1)]]
            ax.annotate("\n".join(cards), place, xytext=(9, 7), textcoords="offset points")
        ax.set(aspect="equal", title=name)
    figure.suptitle(title)
    return figure
