"""Computation graphs: what was computed from what, with values and gradients on the edges."""

import itertools
import re

from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from dlcourse.viz.layering import layered
from dlcourse.viz.style import COLORS, GREY, axes_for, styled

SIGNS = {"*": "×", "-": "−", "/": "÷", "neg": "−"}
PITCH = (1.75, 0.95)
STUB = 0.42


@styled
def computation_graph(nodes, values=None, grads=None, *, highlight=(), title=None, ax=None):
    """Draw a computation from left to right: values above the edges, gradients below.

    nodes: {name: (operation, input, input, …)}; an input that is no key is a variable. values:
    {name: number or string}, what the node sends forward. grads: {name: number or string}, the
    derivative of the output with respect to it, with an arrow that points back; where a name is used several times, {(name, user): number}
    gives the part that comes back along that edge, and the parts add up at the fork. highlight:
    names along a path, drawn thick.

    Returns the Figure. Raises ValueError for a cycle, for values, gradients or a path with names
    that are not in the graph.

    >>> figure = computation_graph(
    ...     {"q": ("+", "x", "y"), "f": ("*", "q", "z")},
    ...     values={"x": -2, "y": 5, "z": -4, "q": 3, "f": -12},
    ...     grads={"f": 1, "q": -4, "z": 3, "x": -4, "y": -4},
    ... )
    >>> len(figure.axes)
    1
    """
    values, grads = dict(values or {}), dict(grads or {})
    places, routes = layered({name: inputs for name, (_, *inputs) in nodes.items()})
    edges = set(routes)
    for key in [*values, *grads, *highlight]:
        if key not in places and key not in edges:
            raise ValueError(f"{key!r} is not in the graph: it has {', '.join(map(str, places))}")
    xy = {name: (PITCH[0] * column, -PITCH[1] * row) for name, (column, row) in places.items()}
    users = {name: [user for source, user in routes if source == name] for name in places}
    hot = set(itertools.pairwise(highlight))

    rows = [row for _, row in places.values()] + [r for route in routes.values() for _, r in route]
    width = PITCH[0] * max(column for column, _ in places.values())
    box = (-0.55, width + 1.35, -PITCH[1] * max(rows) - 0.55, -PITCH[1] * min(rows) + 0.55)
    extra = 0.4 if title else 0.0
    ax = axes_for(ax, figsize=(box[1] - box[0], box[3] - box[2] + extra))
    for edge, route in routes.items():
        _edge(ax, xy, edge, route, edge in hot, len(users[edge[0]]) > 1, grads.get(edge))
    for name, (x, y) in xy.items():
        operation = nodes[name][0] if name in nodes else None
        half = _node(ax, name, operation, x, y, name in highlight)
        _output(ax, name, operation, x, y, half, users[name], values, grads, name in highlight)
    ax.set(xlim=box[:2], ylim=box[2:], aspect="equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title)
    return ax.get_figure()


def _math(name):
    """A letter, or a letter and digits, in italics with the digits as an index."""
    match = re.fullmatch(r"([A-Za-zα-ωΑ-Ω])(\d*)", str(name))
    if not match:
        return str(name)
    return f"${match[1]}_{{{match[2]}}}$" if match[2] else f"${match[1]}$"


def _number(value):
    return value if isinstance(value, str) else f"{float(value):.4g}".replace("-", "−")


def _half_width(text):
    return max(0.24, 0.055 * len(text.strip("$")) + 0.12)


def _node(ax, name, operation, x, y, hot):
    """A round box for an operation, a square one for a variable. Returns half its width."""
    text = _math(name) if operation is None else SIGNS.get(operation, operation)
    half = 0.24 if text.startswith("$") else _half_width(text)
    ax.add_patch(
        FancyBboxPatch(
            (x - half + 0.1, y - 0.14),
            2 * half - 0.2,
            0.28,
            boxstyle=f"round,pad=0.1,rounding_size={0.24 if operation else 0.05}",
            facecolor=(*_rgb(COLORS["blue" if operation else "green"]), 0.18),
            edgecolor=COLORS["blue"] if hot else GREY,
            linewidth=2.6 if hot else 1.2,
            zorder=3,
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=12, zorder=4)
    return half


def _rgb(color):
    return tuple(part / 255 for part in bytes.fromhex(color[1:]))


def _output(ax, name, operation, x, y, half, users, values, grads, hot):
    """What leaves a node: its value above, the gradient that comes back below."""
    start = x + half
    middle = x + 0.24 + STUB
    if not users:
        ax.annotate(
            "",
            (x + 1.15, y),
            (start, y),
            arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.4, "shrinkA": 0, "shrinkB": 0},
        )
    value = _number(values[name]) if name in values else None
    label = _math(name) if operation is not None else None
    above = " = ".join(part for part in (label, value) if part)
    if above:
        ax.text(middle, y + 0.06, above, ha="center", va="bottom", fontsize=10)
    if name in grads:
        ax.text(middle, y - 0.07, f"← {_number(grads[name])}", ha="center", va="top", fontsize=10)


def _edge(ax, xy, edge, route, hot, forked, grad):
    """A smooth line from the producer to the user, through the free places between."""
    (x0, y0), (x1, y1) = xy[edge[0]], xy[edge[1]]
    fork = x0 + 0.24 + 2 * STUB - 0.02
    points = [(fork, y0)]
    points += [(PITCH[0] * column, -PITCH[1] * row) for column, row in route]
    points += [(x1 - 0.26, y1)]
    vertices, codes = [(x0, y0), (fork, y0)], [Path.MOVETO, Path.LINETO]
    for (xa, ya), (xb, yb) in itertools.pairwise(points):
        bend = 0.5 * (xb - xa)
        vertices += [(xa + bend, ya), (xb - bend, yb), (xb, yb)]
        codes += [Path.CURVE4] * 3
    color, width = (COLORS["blue"], 2.8) if hot else (GREY, 1.3)
    ax.add_patch(
        PathPatch(Path(vertices, codes), facecolor="none", edgecolor=color, lw=width, zorder=1)
    )
    ax.plot(x1 - 0.3, y1, marker=">", ms=7, color=color, mew=0, zorder=2)
    if forked:
        ax.plot(fork, y0, marker="o", ms=6, color=GREY, mew=0, zorder=2)
    if grad is not None:
        ax.text(
            x1 - 0.36, y1 - 0.07, f"← {_number(grad)}", ha="right", va="top", fontsize=10, zorder=4
        )
