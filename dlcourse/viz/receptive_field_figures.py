"""What one output sees of the input, layer by layer, and how alike pixels are by distance."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.nn.signal import receptive_field
from dlcourse.viz.curves import label_ends
from dlcourse.viz.style import COLORS, CYCLE, GREY, LINE_STYLES, styled

SEEN = COLORS["vermillion"]


def seen(layers, place):
    """The places that output `place` of a stack reads, layer by layer, the input first.

    layers: a list of (kernel_size, stride, padding, dilation), from the input on. Returns a list of
    sorted lists, of which the last is [place].

    >>> seen([(3, 1, 0, 1), (3, 2, 0, 1)], 0)
    [[0, 1, 2, 3, 4], [0, 1, 2], [0]]
    """
    levels = [[place]]
    for kernel, stride, padding, dilation in reversed(layers):
        starts = [stride * at - padding for at in levels[0]]
        levels.insert(0, sorted({s + dilation * k for s in starts for k in range(kernel)}))
    return levels


@styled
def growing(stacks, depth, width):
    """For each stack of layers, what one output of its first `depth` layers sees of the input.

    stacks: name → a list of (kernel_size, stride, padding, dilation). width: how many inputs are
    drawn; the input in the middle is the one below the output. Units that a stride leaves out are
    not drawn.
    """
    figure = Figure(figsize=(7.4, 6.0), layout="constrained")
    panels = figure.subplots(len(stacks), 1)
    for ax, (name, layers) in zip(panels, stacks.items(), strict=True):
        fields = [receptive_field(layers[:level]) for level in range(len(layers) + 1)]
        middles = [field.start + (field.size - 1) / 2 for field in fields]
        read = seen(layers[:depth], 0)

        def across(level, at, fields=fields, middles=middles):
            return middles[level] + at * fields[level].stride - middles[depth]

        for level in range(len(fields)):
            every = across(level, np.arange(-2 * width, 2 * width + 1))
            every = every[np.abs(every) <= width / 2]
            ax.plot(every, np.full(len(every), level), "o", color=GREY, ms=4, mfc="none", mew=0.7)
            if level <= depth:
                lit = across(level, np.asarray(read[level]))
                ax.plot(lit, np.full(len(lit), level), "o", color=SEEN, ms=5.5)
        # One path with gaps: a line for each connection would make the page ten times as heavy.
        gaps = []
        for level, (kernel, stride, padding, dilation) in enumerate(layers[:depth]):
            for at in read[level + 1]:
                for k in range(kernel):
                    below = across(level, stride * at - padding + dilation * k)
                    gaps += [(below, level), (across(level + 1, at), level + 1), (np.nan, np.nan)]
        ax.plot(*np.array(gaps).reshape(-1, 2).T, "-", color=SEEN, lw=0.6)
        ax.set(ylim=(-0.5, len(layers) + 0.5), xlim=(-width / 2 - 1, width / 2 + 1))
        ax.set_axis_off()
        ax.set_title(f"{name}: sees {fields[depth].size}", fontsize=11)
    return figure


@styled
def spectra(pictures, title=""):
    """Power against spatial frequency, both logarithmic, with the slope beside each line.

    pictures: name → (frequency, power, slope), each (F,) but the slope.
    """
    figure = Figure(figsize=(7.2, 3.9), layout="constrained")
    ax, ends = figure.add_subplot(), []
    for k, (name, (frequency, power, slope)) in enumerate(pictures.items()):
        ax.plot(frequency, power, color=CYCLE[k], ls=LINE_STYLES[k], lw=1.4)
        label = f"{name}: slope {slope:.1f}".replace("-", "−")
        ends.append((frequency[-1], power[-1], label, CYCLE[k], None))
    ax.set(xscale="log", yscale="log", title=title)
    ax.minorticks_off()
    ax.set(xlabel="waves across the picture", ylabel="power")
    label_ends(ax, ends)
    return figure
