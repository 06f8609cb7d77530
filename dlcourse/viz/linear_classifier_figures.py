"""The figures of lecture 01: pictures as numbers, scores as losses, penalties, features."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import PercentFormatter

from dlcourse.viz.filter_figures import curves_with_spread
from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, MARKERS, styled


@styled
def pixels_of_a_photograph(photo, corner, size=4, title=""):
    """A photograph with a small window framed, and beside it the numbers in that window.

    photo: (H, W, 3) in 0..1. corner: (row, column) of the window's upper left pixel. Each pixel of
    the window carries its three levels of 0 to 255: red, green, blue, from the top.
    """
    (row, column), (height, width) = corner, photo.shape[:2]
    figure = Figure(figsize=(7.6, 3.1), layout="constrained")
    whole, near = figure.subplots(1, 2, width_ratios=[width / height, 1])
    whole.imshow(np.round(255 * photo).astype(np.uint8))
    reach = max(6, size)
    frame = (column - reach / 2, row - reach / 2)
    whole.add_patch(Rectangle(frame, 2 * reach, 2 * reach, fill=False, ec="w", lw=2.5))
    whole.add_patch(Rectangle(frame, 2 * reach, 2 * reach, fill=False, ec="k", lw=1))
    window = photo[row : row + size, column : column + size]
    near.imshow(np.round(255 * window).astype(np.uint8))
    for y, x in np.ndindex(size, size):
        levels = "\n".join(f"{round(255 * float(level))}" for level in window[y, x])
        ink = "k" if window[y, x] @ [0.299, 0.587, 0.114] > 0.5 else "w"
        near.text(x, y, levels, ha="center", va="center", fontsize=9.5, color=ink)
    near.set(xticks=range(size), xticklabels=range(column, column + size), xlabel="x")
    near.set(yticks=range(size), yticklabels=range(row, row + size), ylabel="y")
    whole.set(xlabel="x", ylabel="y")
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def colour_pictures(images, titles, *, columns=5, title=""):
    """Small colour pictures in a grid, each with its title.

    images: (N, H, W, 3) in 0..1.
    """
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(7.6, 0.45 + rows * (7.6 / columns + 0.18)), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[len(images) :]:
        ax.set_axis_off()
    for ax, image, name in zip(axes, images, titles, strict=False):
        ax.imshow(np.round(255 * np.clip(image, 0, 1)).astype(np.uint8))
        ax.set(xticks=[], yticks=[])
        ax.set_title(name, loc="center", fontsize=10, fontweight="normal", pad=4)
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def choice_of_k(ks, shares, best, title=""):
    """The share right on held-out parts against k, for several data; the best k is circled.

    ks: (K,). shares: name → (K, parts). best: name → one of ks.
    """
    figure = curves_with_spread(
        ks, shares, xlabel="k, number of neighbours", ylabel="share right, held out", title=title
    )
    ax = figure.axes[0]
    for k, (name, values) in enumerate(shares.items()):
        at = list(ks).index(best[name])
        ax.plot(ks[at], np.mean(values[at]), "o", mfc="none", mec=CYCLE[k], ms=14, mew=2)
    ax.set(xscale="log", xticks=ks[::2], xticklabels=ks[::2])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    return figure


@styled
def search_race(evaluations, losses, *, chance, title=""):
    """The smallest loss so far against the number of evaluations, for several ways to search.

    evaluations: (E,). losses: name → (E, seeds). chance: the loss of a guess, a level line.
    """
    figure = curves_with_spread(
        evaluations, losses, xlabel="evaluations of the loss", ylabel="smallest loss", title=title
    )
    ax = figure.axes[0]
    ax.axhline(chance, color=GREY, lw=1, ls=":")
    middle = evaluations[len(evaluations) // 2]
    ax.annotate("a guess", (middle, chance), xytext=(0, 6), textcoords="offset points")
    ax.set(xscale="log", ylim=(0, 1.15 * chance))
    return figure


@styled
def score_and_loss(scores, right, names, at, reach):
    """Probabilities for one picture, and its loss as the score of the right class varies.

    scores: (K,), right: the index of the right class, whose score is replaced by `at`; reach: the
    lowest and highest score drawn. One frame of a flipbook.
    """
    scores = np.array(scores, dtype=float)
    scores[right] = at
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    rest = np.log(np.exp(np.delete(scores, right)).sum())
    line = np.linspace(*reach, 80)
    figure = Figure(figsize=(7.6, 3.4), layout="constrained")
    bars, curve = figure.subplots(1, 2, width_ratios=[1, 1.5])
    colors = [COLORS["vermillion"] if k == right else GREY for k in range(len(scores))]
    bars.barh(range(len(scores)), shares, color=colors, height=0.6)
    for k, (share, score) in enumerate(zip(shares, scores, strict=True)):
        text = f" {share:.2f}  (score {score:.1f})".replace("-", "−")
        bars.text(share if share < 0.5 else 0, k - 0.42, text, va="center", fontsize=9.5)
    bars.set(xlim=(0, 1.0), yticks=range(len(scores)), yticklabels=names, xlabel="probability")
    bars.set_ylim(len(scores) - 0.4, -0.7)
    curve.plot(line, np.logaddexp(0, rest - line), color=COLORS["blue"])
    loss = float(np.logaddexp(0, rest - at))
    curve.plot([at], [loss], "o", color=COLORS["vermillion"], ms=9)
    curve.set(xlim=reach, ylim=(-0.3, float(rest - reach[0]) + 0.6), ylabel="loss")
    curve.set(xlabel=f"score of “{names[right]}”")
    text = f"“{names[right]}” scores {at:.1f}: probability {shares[right]:.2g}, loss {loss:.3g}"
    figure.suptitle(text.replace("-", "−"), x=0.01, ha="left")
    return figure


@styled
def smallest_weights(x, chosen):
    """All w with w · x = 1, and which of them each penalty calls smallest. One flipbook frame.

    x: (2,). chosen: name → (level, (2,) weights), the names "L1" and "L2".
    """
    figure = Figure(figsize=(5.6, 4.6), layout="constrained")
    ax = figure.add_subplot()
    line = np.array([-1.0, 2.0])
    ax.plot(line, (1 - x[0] * line) / x[1], "-", color=GREY, lw=1.6)
    low = (1 + 0.3 * x[1]) / x[0], -0.3
    ax.annotate("w · x = 1", low, xytext=(8, 0), textcoords="offset points", va="center")
    turn = np.linspace(0, 2 * np.pi, 121)
    for k, (name, (level, w)) in enumerate(chosen.items()):
        if name == "L1":
            shape = level * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
        else:
            shape = level**0.5 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        ax.add_patch(Polygon(shape, fill=False, ec=CYCLE[k], ls=LINE_STYLES[k], lw=1.8))
        for point in np.atleast_2d(w):
            ax.plot(*point, marker=MARKERS[k], color=CYCLE[k], ms=10, ls="none", zorder=4)
        point = np.atleast_2d(w)[-1]
        ax.annotate(name, point, xytext=(9, 7), textcoords="offset points", color=CYCLE[k])
    if len(np.atleast_2d(chosen["L1"][1])) > 1:
        ends = np.array(chosen["L1"][1])
        ax.plot(*ends.T, "-", color=CYCLE[list(chosen).index("L1")], lw=5, alpha=0.5, zorder=3)
    ax.axhline(0, color=GREY, lw=0.6)
    ax.axvline(0, color=GREY, lw=0.6)
    ax.set(xlim=(-0.45, 1.85), ylim=(-0.45, 1.45), aspect="equal", xlabel="$w_1$", ylabel="$w_2$")
    ties = len(np.atleast_2d(chosen["L1"][1])) > 1
    (w1, w2), corner = chosen["L2"][1], np.atleast_2d(chosen["L1"][1])[0]
    answer = "L1 cannot decide" if ties else f"L1 takes ({corner[0]:.2f}, {corner[1]:.2f})"
    ax.set_title(f"x = ({x[0]:.2f}, {x[1]:.2f}): {answer}, L2 ({w1:.2f}, {w2:.2f})")
    return figure


@styled
def strength_of_penalty(strengths, accuracy, zeros, title=""):
    """What L1 and L2 do as they grow: accuracy on new pictures, and the share of zero weights.

    strengths: (S,). accuracy, zeros: name → (S, seeds).
    """
    figure = Figure(figsize=(7.8, 3.6), layout="constrained")
    for ax, curves, label in zip(
        figure.subplots(1, 2),
        (accuracy, zeros),
        ("accuracy on new pictures", "weights that are zero"),
        strict=True,
    ):
        for k, (name, values) in enumerate(curves.items()):
            values = np.asarray(values, dtype=float)
            band = values.min(axis=1), values.max(axis=1)
            ax.fill_between(strengths, *band, color=CYCLE[k], alpha=0.15, lw=0)
            ax.plot(strengths, values.mean(axis=1), color=CYCLE[k], ls=LINE_STYLES[k],
                    marker=MARKERS[k], ms=5, label=name)  # fmt: skip
        ax.set(xscale="log", xlabel="strength λ", ylabel=label, ylim=(0, 1.03))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.legend(loc="lower left" if curves is accuracy else "upper left")
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def edges_by_cell(image, cells, pixels, title=""):
    """A picture, and for each cell of it the directions of its edges. One frame of a flipbook.

    image: (H, W) or (H, W, 3) in 0..1. cells: (rows, columns, bins), the histograms, bin k holding
    gradients of (k + ½)·180°/bins; an edge is drawn across its gradient, longer if more frequent.
    pixels: (down, right), the size of a cell.
    """
    figure = Figure(figsize=(7.6, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.imshow(np.round(255 * image).astype(np.uint8), cmap="gray", vmin=0, vmax=255)
    rows, columns, bins = cells.shape
    angle = (np.arange(bins) + 0.5) * np.pi / bins
    along = np.stack([-np.sin(angle), np.cos(angle)], axis=1)  # right, down
    middle = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1) + 0.5
    middle = (middle * [pixels[1], pixels[0]] - 0.5)[:, :, None]
    # By its square root: a cell's many weak directions would otherwise be dots.
    strength = np.sqrt(cells / (cells.max() or 1.0))
    half = 0.48 * np.array(pixels[::-1]) * along * strength[..., None]
    strokes = np.stack([middle - half, middle + half], axis=-2).reshape(-1, 2, 2)
    strong = strength.ravel() > 0.25
    right.add_collection(
        LineCollection(strokes[strong], colors=COLORS["vermillion"], linewidths=1.6)
    )
    height, width = image.shape[:2]
    for ax in (left, right):
        ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), aspect="equal")
        ax.set(xticks=np.arange(0, width, pixels[1]) - 0.5, xticklabels=[])
        ax.set(yticks=np.arange(0, height, pixels[0]) - 0.5, yticklabels=[])
        ax.tick_params(length=0)
    right.grid(True)
    for name in ("top", "right"):
        right.spines[name].set_visible(True)
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def features_by_task(accuracies, chance, title=""):
    """Accuracy of each kind of feature on each task: the mean, and a line from worst to best seed.

    accuracies: task → {feature: (seeds,)}. chance: task → the share right by guessing, a tick.
    """
    figure = Figure(figsize=(7.6, 0.9 + 0.62 * len(accuracies)), layout="constrained")
    ax, tasks = figure.add_subplot(), list(accuracies)
    features = list(next(iter(accuracies.values())))
    for row, task in enumerate(tasks):
        ax.plot([chance[task]] * 2, [row - 0.34, row + 0.34], "-", color=GREY, lw=1.6)
        for k, feature in enumerate(features):
            values = np.asarray(accuracies[task][feature])
            place = row + 0.26 * (k - (len(features) - 1) / 2)
            ax.plot([values.min(), values.max()], [place] * 2, "-", color=CYCLE[k], lw=2)
            ax.plot(values.mean(), place, MARKERS[k], color=CYCLE[k], ms=8,
                    label=feature if row == 0 else None)  # fmt: skip
    ax.plot([], [], marker="|", color=GREY, ls="none", ms=12, mew=1.6, label="a guess")
    ax.set(xlim=(0, 1.02), ylim=(len(tasks) - 0.5, -0.5), yticks=range(len(tasks)))
    ax.set(yticklabels=tasks, xlabel="accuracy on new pictures", title=title)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.grid(True, axis="x")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
