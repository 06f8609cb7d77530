"""How a training went: loss or accuracy over the epochs."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.transforms import ScaledTranslation

from dlcourse.viz.style import CYCLE, GREY, MARKERS, axes_for, styled

DASHES = (0, (5, 2))


@styled
def training_curves(
    history, what="loss", *, validation=True, log=False, title=None, limits=None, ax=None
):
    """Draw a quantity of one or several trainings over the epochs.

    history: what `dlcourse.nn.fit` returns; or {label: history} to compare; or {label: [history,
    …]}, one history a seed, drawn as their mean and a band from the smallest to the largest. A
    history has, as attributes or keys, lists `loss`, `accuracy`, `val_loss`, `val_accuracy`, one
    number an epoch. what: "loss" or "accuracy", or both in a tuple for two panels. validation:
    draw the validation curve, dashed, where there is one. log: logarithmic axis of the loss.
    limits: (lowest, highest) of the y axis.

    Returns the Figure. Raises ValueError for a quantity that a history does not have.

    >>> figure = training_curves({"loss": [2.3, 0.7, 0.4], "val_loss": [1.9, 0.8, 0.6]})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['training', 'validation']
    """
    runs = _runs(history)
    panels = (what,) if isinstance(what, str) else tuple(what)
    if not panels:
        raise ValueError("what is empty: name a quantity, such as 'loss'")
    if len(panels) == 1:
        axes = [axes_for(ax)]
    elif ax is None:
        figure = Figure(figsize=(4.6 * len(panels), 3.8), layout="constrained")
        axes = list(figure.subplots(1, len(panels)))
    else:
        axes = list(np.ravel(ax))
        if len(axes) != len(panels):
            raise ValueError(f"{len(panels)} quantities need as many axes, got {len(axes)}")
    for panel, field in zip(axes, panels, strict=True):
        _panel(panel, runs, field, validation, log and "accuracy" not in field, limits)
    if title:
        if len(axes) == 1:
            axes[0].set_title(title)
        else:
            axes[0].get_figure().suptitle(title, x=0.01, ha="left")
    return axes[0].get_figure()


def _runs(history):
    """{label: [history, …]}; a single training has the label None."""
    if not isinstance(history, dict) or any(map(_is_curve, history.values())):
        history = {None: history}
    runs = {
        label: list(value) if isinstance(value, list | tuple) else [value]
        for label, value in history.items()
    }
    if not runs or not all(runs.values()):
        raise ValueError("training_curves got no history: give it what fit returned")
    return runs


def _is_curve(value):
    return isinstance(value, list | tuple | np.ndarray) and (
        len(value) == 0 or isinstance(value[0], int | float | np.number)
    )


def _curves(histories, field):
    """The values of `field`, shape (seeds, epochs), or None where it is missing or empty."""
    rows = [h.get(field) if isinstance(h, dict) else getattr(h, field, None) for h in histories]
    if any(row is None or len(row) == 0 for row in rows):
        return None
    epochs = min(len(row) for row in rows)
    return np.array([row[:epochs] for row in rows], dtype=float)


def _panel(ax, runs, field, validation, log, limits):
    ends = []
    dashed = False
    for k, (label, histories) in enumerate(runs.items()):
        train = _curves(histories, field)
        valid = _curves(histories, f"val_{field}") if validation else None
        if train is None:
            whose = "the history" if label is None else f"the history of {label!r}"
            raise ValueError(f"{whose} has no values of {field!r}: was it recorded?")
        marker = MARKERS[k % len(MARKERS)] if len(runs) > 1 else None
        color = CYCLE[k % len(CYCLE)]
        _draw(ax, train, color, "-", marker)
        if valid is not None:
            dashed = True
            _draw(ax, valid, CYCLE[1] if label is None else color, DASHES, marker)
        if label is not None:
            ends.append((train if valid is None else valid, str(label), color, marker))
        elif valid is not None:
            ends += [(train, "training", color, None), (valid, "validation", CYCLE[1], None)]
    ax.set_xlabel("epoch")
    ax.set_ylabel(field.replace("_", " "))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if log:
        ax.set_yscale("log")
    elif "accuracy" in field:
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    if limits is not None:
        ax.set_ylim(limits)
    label_ends(ax, [(values.shape[1], values[:, -1].mean(), *label) for values, *label in ends])
    if dashed and None not in runs:
        keys = [Line2D([], [], color=GREY, ls=style) for style in ("-", DASHES)]
        ax.legend(keys, ["training", "validation"], loc="best", handlelength=2.4)


def _draw(ax, values, color, style, marker):
    epochs = np.arange(1, values.shape[1] + 1)
    if len(epochs) == 1:
        marker = marker or "o"  # a line of one point would not be seen
    ax.plot(
        epochs,
        values.mean(axis=0),
        color=color,
        linestyle=style,
        marker=marker,
        markevery=max(1, len(epochs) // 8),
        markeredgewidth=0,
    )
    if len(values) > 1:
        ax.fill_between(
            epochs, values.min(axis=0), values.max(axis=0), color=color, alpha=0.22, linewidth=0
        )


def label_ends(ax, ends):
    """Write each label beside the last point of its line, pushed apart where they would touch.

    ends: a list of (x, y, label, color, marker), the marker None or one to draw beside the label.
    """
    if not ends:
        return
    ax.get_xlim(), ax.get_ylim()  # settles the limits that the heights depend on
    transform = ax.transScale + ax.transLimits
    places = []
    for x, y, *label in ends:
        places.append((transform.transform((x, y))[1], x, *label))
    places.sort(key=lambda place: place[0])
    gap = 0.065
    heights = [place[0] for place in places]
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + gap)
    excess = max(0.0, heights[-1] - 1.0)
    for i in reversed(range(len(heights))):
        ceiling = heights[i + 1] - gap if i + 1 < len(heights) else 1.0
        heights[i] = min(heights[i], ceiling) if excess else heights[i]
    for height, (_, x, label, color, marker) in zip(heights, places, strict=True):
        ax.annotate(
            label,
            (x, height),
            xycoords=("data", "axes fraction"),
            xytext=(7 if marker is None else 17, 0),
            textcoords="offset points",
            va="center",
            annotation_clip=False,
            color=color,
        )
        if marker is not None:
            beside = ax.get_xaxis_transform() + ScaledTranslation(
                10 / 72, 0, ax.get_figure().dpi_scale_trans
            )
            ax.plot(x, height, marker=marker, color=color, mew=0, transform=beside, clip_on=False)
