"""The figures of lecture 07 on positions elsewhere: of words in a sentence, of points on a ray."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from dlcourse.viz.style import CYCLE, GREY, LINE_STYLES, MARKERS, styled


@styled
def word_positions(table, likeness, title=""):
    """The code of each place in a sentence, and how alike codes are that are some places apart.

    table: (T, d). likeness: {first place: (offsets, cosines)}, both (K,). Returns the Figure.
    """
    figure = Figure(figsize=(8.4, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    left.imshow(np.round(255 * (table + 1) / 2).astype(np.uint8), aspect="auto", vmin=0, vmax=255)
    left.set(xlabel="number in the code", ylabel="place of the word")
    for k, (first, (offsets, cosines)) in enumerate(likeness.items()):
        right.plot(
            offsets, cosines, color=CYCLE[k], linestyle=LINE_STYLES[k], marker=MARKERS[k],
            markevery=(3 * k, 9), mew=0, label=f"from place {first}",
        )  # fmt: skip
    right.set(xlabel="places apart", ylabel="cosine of the two codes", ylim=(None, 1.03))
    right.legend(loc="upper right")
    figure.suptitle(title, x=0.01, ha="left")
    return figure


@styled
def ray_through_a_scene(balls, along, density, weights, colour, title=""):
    """A ray from the eye through coloured balls of fog, and how much each sample on it counts.

    balls: (x, y, radius, (r, g, b)) each. along: (S,) x of the samples on the ray y = 0. density,
    weights: (S,). colour: (3,), what the eye sees. Returns the Figure.
    """
    figure = Figure(figsize=(7.2, 5.2), layout="constrained")
    scene, graph = figure.subplots(2, 1, sharex=True, height_ratios=(1.2, 1))
    for x, y, radius, color in balls:
        scene.add_patch(Circle((x, y), radius, facecolor=(*color, 0.55), edgecolor=GREY, lw=0.8))
    scene.plot((0, along[-1]), (0, 0), color=GREY, lw=1, linestyle="-")
    scene.plot(along, np.zeros(len(along)), "o", color=GREY, ms=2.5)
    heavy = weights > 0.002
    scene.scatter(along[heavy], np.zeros(heavy.sum()), 900 * weights[heavy], color=CYCLE[0],
                  alpha=0.8, lw=0, zorder=3)  # fmt: skip
    scene.plot(0, 0, marker="s", ms=17, color=tuple(colour), mec=GREY, mew=1, clip_on=False)
    scene.annotate("the pixel", (0, 0), xytext=(0, 15), textcoords="offset points", ha="center")
    top = max(abs(y) + radius for _, y, radius, _ in balls) + 0.1
    scene.set(ylim=(-top, top), xlim=(-0.15, along[-1]), aspect="equal")
    scene.set_axis_off()
    graph.plot(along, density / density.max(), color=GREY, linestyle="--", label="density")
    graph.plot(along, weights / weights.max(), color=CYCLE[0], linestyle="-",
               marker="o", ms=4, mew=0, label="weight in the pixel")  # fmt: skip
    graph.set(xlabel="distance from the eye", ylabel="share of its largest", ylim=(-0.03, 1.1))
    graph.legend(loc="upper left")
    figure.suptitle(title, x=0.01, ha="left")
    return figure
