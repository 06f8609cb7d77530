"""What was measured beside what a theorem allows."""

import numpy as np

from dlcourse.viz.style import COLORS, GREY, axes_for, styled


@styled
def measured_against_bound(
    values, bound, *, quantity="mistakes", bound_name="bound", title=None, log=None, ax=None
):
    """Draw measured numbers as bars and the bound above them as a line.

    values: {label: number}, or {label: [number, …]}, one a seed, drawn as the mean with a bar from
    the smallest to the largest. bound: one number for all, or {label: number}. Both numbers stand
    under the label. log: logarithmic axis; by itself when the bound is more than 30 times the
    largest value.

    Returns the Figure. Raises ValueError for a label without a bound and for no values at all.

    >>> figure = measured_against_bound({"wide margin": 4, "narrow": 31}, {"wide margin": 9,
    ...                                 "narrow": 120}, title="Fewer mistakes than the bound")
    >>> figure.axes[0].get_ylabel()
    'mistakes'
    """
    if not values:
        raise ValueError("values is empty: give at least one label and number")
    bounds = dict(bound) if isinstance(bound, dict) else dict.fromkeys(values, bound)
    missing = [label for label in values if label not in bounds]
    if missing:
        raise ValueError(f"no bound for {missing[0]!r}: bound needs a number for each label")
    ax = axes_for(ax)
    samples = [np.atleast_1d(np.asarray(value, dtype=float)) for value in values.values()]
    means = [sample.mean() for sample in samples]
    limits = [float(bounds[label]) for label in values]
    if log is None:
        log = max(limits) > 30 * max(means)
    bottom = 10 ** np.floor(np.log10(max(min(means), 0.5))) / 1.5 if log else 0.0
    labels = []
    for i, (sample, mean, limit) in enumerate(zip(samples, means, limits, strict=True)):
        ax.bar(i, mean - bottom, bottom=bottom, width=0.5, color=COLORS["blue"], linewidth=0)
        if len(sample) > 1:
            ax.vlines(i, sample.min(), sample.max(), color=GREY, linewidth=1.6)
        ax.hlines(limit, i - 0.36, i + 0.36, color=COLORS["vermillion"], linewidth=2.6)
        sign = "≤" if sample.max() <= limit else ">"
        worst = sample.max() if sign == ">" else mean
        labels.append(f"{list(values)[i]}\n{worst:.3g} {sign} {limit:.3g}")
    ax.annotate(
        bound_name,
        (len(samples) - 1, limits[-1]),
        xytext=(0, 5),
        textcoords="offset points",
        ha="center",
    )
    if log:
        ax.set_yscale("log")
    ax.set_xticks(range(len(samples)), labels)
    ax.tick_params(axis="x", length=0)
    ax.set_xlim(-0.6, len(samples) - 0.4)
    ax.set_ylim(bottom=bottom)
    ax.margins(y=0.12)
    ax.set_ylabel(quantity)
    if title:
        ax.set_title(title)
    return ax.get_figure()
