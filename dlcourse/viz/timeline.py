"""Years and what happened in them."""

import textwrap

import numpy as np

from dlcourse.viz.style import COLORS, GREY, axes_for, styled


@styled
def timeline(events, *, spans=None, title=None, ax=None):
    """Draw a row of years with labels, one above and one below the line by turns.

    events: {year: label} or a list of (year, label). spans: a list of (first year, last year,
    label), drawn as bands on the line, such as the winters.

    Returns the Figure. Raises ValueError for no events.

    >>> figure = timeline({1958: "Rosenblatt's perceptron", 1969: "Minsky and Papert: XOR"})
    >>> len(figure.axes[0].texts)
    2
    """
    events = sorted(events.items() if isinstance(events, dict) else list(events))
    if not events:
        raise ValueError("timeline got no events: give at least one year and label")
    years = [float(year) for year, _ in events]
    first, last = min(years), max(years)
    reach = max(last - first, 1.0)
    ax = axes_for(ax, figsize=(9.0, 3.8))
    ax.axhline(0, color=GREY, linewidth=1.4, zorder=1)
    heights = _heights(years, reach)
    for start, end, label in spans or ():
        ax.fill_between([start, end], -0.16, 0.16, color=COLORS["sky blue"], alpha=0.45, lw=0)
        inside = [
            height for year, height in zip(years, heights, strict=True) if start <= year <= end
        ]
        side = -1 if sum(height > 0 for height in inside) * 2 >= len(inside) else 1
        ax.text(
            (start + end) / 2,
            side * 0.24,
            label,
            ha="center",
            va="bottom" if side > 0 else "top",
            fontsize=9.5,
            style="italic",
        )
    for (year, label), height in zip(events, heights, strict=True):
        ax.vlines(year, 0, height, color=GREY, linewidth=0.9, zorder=1)
        ax.plot(year, 0, marker="o", ms=7, color=COLORS["vermillion"], mec=GREY, mew=0.8, zorder=3)
        ax.text(
            year,
            height,
            f"{year}\n" + textwrap.fill(str(label), 15),
            ha="center",
            va="bottom" if height > 0 else "top",
            fontsize=10,
            linespacing=1.25,
        )
    ax.set(xlim=(first - 0.09 * reach, last + 0.09 * reach), ylim=(-3.6, 3.6), yticks=[], xticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)
    if title:
        ax.set_title(title)
    return ax.get_figure()


def _heights(years, reach):
    """Above and below by turns, farther out where the neighbour on that side is near."""
    heights = np.zeros(len(years))
    for side in (0, 1):
        near = 0.16 * reach
        previous = None
        for i in range(side, len(years), 2):
            level = 1
            if previous is not None and years[i] - years[previous] < near:
                level = 2 if abs(heights[previous]) < 1 else 1
            heights[i] = (0.75 if level == 1 else 2.15) * (1 if side == 0 else -1)
            previous = i
    return heights
