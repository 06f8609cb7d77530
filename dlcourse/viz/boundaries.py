"""What a classifier of two inputs does with the plane."""

import numpy as np
from matplotlib import rc_context
from matplotlib.ticker import MaxNLocator

from dlcourse.grad_mode import no_grad
from dlcourse.viz.style import CYCLE, GREY, MARKERS, axes_for, styled

# Hatches in the order of the classes: a region is known without its colour.
HATCHES = ("", "//", "\\\\", "--", "||", "xx")


@styled
def decision_boundary(
    predict,
    x,
    y,
    *,
    weight=None,
    bias=0.0,
    threshold=None,
    limits=None,
    resolution=200,
    highlight=None,
    class_names=None,
    names=("$x_1$", "$x_2$"),
    title=None,
    ax=None,
):
    """Draw the data and the regions in which `predict` answers one class or another.

    predict: function (or module) from points (M, 2) to labels (M,), scores (M,) of two classes, or
    scores or probabilities (M, K) of K classes. x: (N, 2). y: (N,) labels, at most six classes, in
    any coding (0 to K−1, −1 and +1). Integers from `predict`, and floats that are all among the
    labels, are labels; scores of two classes are compared with `threshold` (0.5 if they all lie
    between 0 and 1, else 0); of K classes, the largest wins.

    weight, bias: of a linear classifier; weight (2,) is drawn as an arrow that stands on the
    boundary and points to the side of the second class. limits: (x_min, x_max, y_min, y_max), the
    data and a margin if left out; give it to all frames of a flipbook. resolution: points along
    each axis. highlight: index or indices of examples that are circled. class_names: a legend.
    names: the axes' labels.

    Returns the Figure. Raises ValueError for points that are not in the plane, for labels that do
    not fit them, and for an answer of `predict` that is neither labels nor scores.

    >>> import numpy as np
    >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> figure = decision_boundary(lambda p: p @ [1.0, 1.0] - 1.5, x, y=np.array([0, 0, 0, 1]))
    >>> figure.axes[0].get_xlabel()
    '$x_1$'
    """
    x, y, classes = _checked(x, y)
    limits = _limits(x) if limits is None else tuple(float(limit) for limit in limits)
    left, right, bottom, top = limits
    grid_x, grid_y = _centres(left, right, resolution), _centres(bottom, top, resolution)
    points = np.stack(np.meshgrid(grid_x, grid_y), axis=-1).reshape(-1, 2).astype(x.dtype)
    with no_grad():
        answer = predict(points)
    index, sides = _classify(answer, classes, (resolution, resolution), threshold)

    ax = axes_for(ax, figsize=(5.6, 4.6))
    _regions(ax, index, sides, limits, grid_x, grid_y)
    for k, label in enumerate(classes):
        chosen = y == label
        ax.scatter(
            *x[chosen].T,
            s=44 if len(x) <= 60 else 22,
            marker=MARKERS[k],
            color=CYCLE[k],
            edgecolors=GREY,
            linewidths=0.8,
            label=None if class_names is None else str(class_names[k]),
            zorder=3,
        )
    if highlight is not None:
        marked = np.atleast_2d(x[highlight])
        ax.scatter(*marked.T, s=190, facecolors="none", edgecolors=GREY, linewidths=2, zorder=4)
    if weight is not None:
        _arrow(ax, np.asarray(weight, dtype=float).reshape(-1), float(np.squeeze(bias)), limits)
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel=names[0], ylabel=names[1])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    if title:
        ax.set_title(title)
    if class_names is not None:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
    return ax.get_figure()


def _checked(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) == 0:
        raise ValueError(f"x must be points of the plane, shape (N, 2), got {x.shape}")
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(float)
    if y.shape != (len(x),):
        raise ValueError(f"y must be one label a point, shape ({len(x)},), got {y.shape}")
    classes = np.unique(y)
    if len(classes) > len(MARKERS):
        raise ValueError(f"at most {len(MARKERS)} classes can be told apart, got {len(classes)}")
    return x, y, classes


def _limits(x):
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.12 * np.where(high > low, high - low, 1.0)
    return (*np.stack([low - margin, high + margin], axis=1).ravel().tolist(),)


def _centres(low, high, count):
    """Centres of `count` equal cells: the bitmap's pixels, so that it needs no shift."""
    return low + (np.arange(count) + 0.5) * (high - low) / count


def _classify(answer, classes, shape, threshold):
    """Index of each point's class, and {index: a field that is positive in that class's region}."""
    answer = np.asarray(answer)
    count = shape[0] * shape[1]
    if answer.shape == (count, 1):
        answer = answer[:, 0]
    if answer.ndim == 2 and len(answer) == count:
        index = answer.argmax(axis=1).reshape(shape)
        second, first = np.sort(answer, axis=1)[:, -2:].T
        lead = (first - second).reshape(shape)
        return index, {k: np.where(index == k, lead, -lead) for k in np.unique(index)}
    if answer.shape != (count,):
        raise ValueError(
            f"predict must return ({count},) labels or scores or ({count}, K) scores for "
            f"{count} points, got shape {answer.shape}"
        )
    answer = answer.reshape(shape)
    known = np.isin(answer, classes)
    if answer.dtype.kind in "iubUSO" or (threshold is None and known.all()):
        if not known.all():
            raise ValueError(
                f"predict returned the label {answer[~known][0].item()!r}, which is not in y: "
                f"expected one of {', '.join(map(str, classes))}"
            )
        index = np.searchsorted(classes, answer)
        return index, {k: _smooth(index == k) - 0.5 for k in np.unique(index)}
    if len(classes) > 2:
        raise ValueError(
            f"one score a point separates two classes, y has {len(classes)}: "
            f"let predict return ({count}, {len(classes)}) scores"
        )
    if threshold is None:
        threshold = 0.5 if answer.min() >= 0 and answer.max() <= 1 else 0.0
    return (answer > threshold).astype(int), {0: threshold - answer, 1: answer - threshold}


def _smooth(inside):
    """Labels have a staircase for a boundary; the level 1/2 of their local mean has not."""
    field = inside.astype(float)
    for _ in range(4):
        for _ in range(2):
            padded = np.pad(field, [(1, 1), (0, 0)], mode="edge")
            field = ((padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4).T
    return field


def _regions(ax, index, sides, limits, grid_x, grid_y):
    """Colours as one small bitmap, hatches and boundaries as vectors above it."""
    palette = np.array([[*bytes.fromhex(color[1:]), 56] for color in CYCLE], dtype=np.uint8)
    ax.imshow(palette[index], extent=limits, origin="lower", aspect="auto", zorder=0)
    # The cells' centres end half a cell before the frame: carry the outermost on to it.
    grid_x = np.array([limits[0], *grid_x, limits[1]])
    grid_y = np.array([limits[2], *grid_y, limits[3]])
    sides = {k: np.pad(side, 1, mode="edge") for k, side in sides.items()}
    for k, side in sides.items():
        if HATCHES[k] and side.max() > 0:
            levels = [0, max(1.0, 2 * side.max())]
            with rc_context({"hatch.color": CYCLE[k]}):
                ax.contourf(
                    grid_x, grid_y, side, levels=levels, colors="none", hatches=[HATCHES[k]]
                ).set_linewidth(0)
    for side in list(sides.values())[1:]:
        if side.min() < 0 < side.max():
            ax.contour(grid_x, grid_y, side, levels=[0], colors=GREY, linewidths=1.6)


def _arrow(ax, weight, bias, limits):
    """The weight vector, from the point of the boundary that is nearest to the centre."""
    if weight.shape != (2,):
        raise ValueError(f"weight must have shape (2,), got {weight.shape}")
    norm = np.linalg.norm(weight)
    if norm == 0:
        return
    centre = np.array([limits[0] + limits[1], limits[2] + limits[3]]) / 2
    foot = centre - (weight @ centre + bias) / norm**2 * weight
    ax.set_aspect("equal")  # else the arrow would not stand at a right angle
    length = 0.25 * min(limits[1] - limits[0], limits[3] - limits[2])
    tip = foot + length * weight / norm
    ax.annotate(
        "",
        xy=tip,
        xytext=foot,
        arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 2.2, "shrinkA": 0, "shrinkB": 0},
        zorder=5,
    )
    ax.annotate(
        r"$\mathbf{w}$",
        tip,
        xytext=9 * weight / norm,
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=14,
        zorder=5,
    )
