"""The ups and downs of neural networks, from 1943 to today, as a timeline."""

from typing import NamedTuple

from matplotlib.figure import Figure

from dlcourse.viz.style import COLORS, GREY, styled


class Event(NamedTuple):
    """One date: the year, what happened, and whether it raised hopes (True) or dampened them."""

    year: int
    text: str
    up: bool = True


HISTORY = (
    Event(1943, "McCulloch, Pitts: nets of threshold units do logic"),
    Event(1958, "Rosenblatt: the perceptron tells left from right"),
    Event(1962, "Block, Novikoff: its mistakes must end"),
    Event(1969, "Minsky, Papert: what limited cells\ncannot see", up=False),
    Event(1980, "multilayer perceptrons; Neocognitron"),
    Event(1986, "Rumelhart, Hinton, Williams: backpropagation"),
    Event(1989, "one hidden layer is enough;\nwhy go deep?", up=False),
    Event(1991, "Hochreiter: gradients vanish;\nmore than 3 layers rarely help", up=False),
    Event(1997, "Hochreiter, Schmidhuber: LSTM"),
    Event(2006, "Hinton, Osindero, Teh: layers pre-trained as RBMs"),
    Event(2009, "Raina, Madhavan, Ng: training on GPUs"),
    Event(2011, "Seide, Li, Yu: deep nets transcribe telephone speech"),
    Event(2012, "AlexNet: 15.3% error on ImageNet, next best 26.2%"),
    Event(2015, "He et al.: 4.94%; one careful human: 5.1%"),
    Event(2016, "AlphaGo beats Lee Sedol 4:1; speech: human parity"),
    Event(2017, "Vaswani et al.: transformers"),
    Event(2024, "Nobel Prize in Physics: Hopfield, Hinton"),
)


@styled
def ups_and_downs(events=HISTORY, title=""):
    """The events on a vertical line of years: hopes to the right, setbacks to the left.

    Labels that would touch are moved apart; a thin line leads from each to its year.
    """
    figure = Figure(figsize=(8.6, 8.0), layout="constrained")
    ax = figure.add_subplot()
    first, last = events[0].year, events[-1].year
    ax.plot([0, 0], [first, last], color=GREY, lw=3, solid_capstyle="round")
    for up in (True, False):
        side, free = (1 if up else -1), float("-inf")
        color = COLORS["vermillion"] if up else COLORS["blue"]
        for event in (e for e in events if e.up == up):
            height = max(event.year, free)
            free = height + 3.4 + 2.6 * event.text.count("\n")
            ax.plot([0, 0.28 * side], [event.year, height], "-", color=color, lw=1)
            ax.plot(0, event.year, "o" if up else "s", color=color, ms=8)
            align = "left" if up else "right"
            text = f"{event.year}  {event.text}" if up else f"{event.text}  {event.year}"
            ax.annotate(text, (0.3 * side, height), ha=align, va="center")
    ax.set(xlim=(-2.7, 4.0), ylim=(max(last, height) + 8, first - 3), title=title)
    ax.annotate("dampened hopes", (-0.3, first), ha="right", weight="bold", color=COLORS["blue"])
    ax.set_axis_off()
    return figure
