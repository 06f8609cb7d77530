"""Computation graphs: what was computed from what, with values and gradients on the edges."""

import dataclasses
import itertools
import re

from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from dlcourse.viz.layering import layered
from dlcourse.viz.style import COLORS, GREY, axes_for, styled

SIGNS = {"*": "×", "-": "−", "/": "÷", "neg": "−"}

# Inches: one unit of the axes is one inch, so that text and boxes keep their proportion.
ROW = 0.95
BEND = 0.5
MARGIN = 0.12


@styled
def computation_graph(nodes, values=None, grads=None, *, highlight=(), title=None, ax=None):
    """Draw a computation from left to right: values above the edges, gradients below.

    nodes: {name: (operation, input, input, …)}; an input that is no key is a variable. values:
    {name: number or string}, what the node sends forward. grads: {name: number or string}, the
    derivative of the output with respect to it, with an arrow that points back; where a name is
    used several times, {(name, user): number} gives the part that comes back along that edge, and
    the parts add up at the fork. highlight: names along a path, drawn thick. A letter with digits
    is set as a symbol with an index.

    Returns the Figure. Raises ValueError for a cycle, and for values, gradients or a path with
    names that are not in the graph.

    >>> figure = computation_graph(
    ...     {"q": ("+", "x", "y"), "f": ("*", "q", "z")},
    ...     values={"x": -2, "y": 5, "z": -4, "q": 3, "f": -12},
    ...     grads={"f": 1, "q": -4, "z": 3, "x": -4, "y": -4},
    ... )
    >>> len(figure.axes)
    1
    """
    values, grads, highlight = dict(values or {}), dict(grads or {}), list(highlight)
    places, routes = layered({name: inputs for name, (_, *inputs) in nodes.items()})
    for key in [*values, *grads, *highlight]:
        if key not in places and key not in routes:
            raise ValueError(f"{key!r} is not in the graph: it has {', '.join(map(str, places))}")
    boxes = _boxes(nodes, places, routes, values, grads)
    columns = _columns(boxes, routes, grads)
    for box in boxes.values():
        box.x = columns[box.column].x
    rows = [row for _, row in places.values()] + [r for route in routes.values() for _, r in route]
    lowest = -ROW * max(rows) - max(box.half_height for box in boxes.values())
    highest = -ROW * min(rows) + max(box.half_height for box in boxes.values())
    limits = (
        columns[0].x - columns[0].half - MARGIN,
        columns[-1].fork + 0.3 + MARGIN,
        lowest - MARGIN,
        highest + MARGIN,
    )
    size = (limits[1] - limits[0], limits[3] - limits[2] + (0.4 if title else 0.0))
    ax = axes_for(ax, figsize=size)
    thick = set(itertools.pairwise(highlight))
    for edge, route in routes.items():
        forked = sum(source == edge[0] for source, _ in routes) > 1
        _draw_edge(ax, boxes, columns, edge, route, edge in thick, forked, grads.get(edge))
    for name, box in boxes.items():
        _draw_box(ax, box, name in highlight)
        last = all(source != name for source, _ in routes)
        _draw_output(ax, box, columns[box.column].fork, last)
    ax.set(xlim=limits[:2], ylim=limits[2:], aspect="equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title)
    return ax.get_figure()


@dataclasses.dataclass
class _Box:
    """A node: its text, what stands above and below the edge that leaves it, and its place."""

    text: str
    is_variable: bool
    above: str
    below: str
    column: int
    y: float
    ports: dict
    x: float = 0.0

    @property
    def half(self):
        return max(0.24, _width(self.text, 12) / 2 + 0.12)

    @property
    def half_height(self):
        return max(0.24, *(abs(port) + 0.12 for port in [0, *self.ports.values()]))

    @property
    def corner(self):
        return 0.05 if self.is_variable else min(self.half, self.half_height)


@dataclasses.dataclass
class _Column:
    """Where a column's boxes are centred, half the widest one, and where its edges part."""

    x: float
    half: float
    lead: float
    fork: float


def _boxes(nodes, places, routes, values, grads):
    boxes = {}
    for name, (column, row) in places.items():
        operation = nodes[name][0] if name in nodes else None
        label = "" if operation is None else _symbol(name)
        value = _number(values[name]) if name in values else ""
        sources = [source for source, user in routes if user == name]
        sources.sort(key=lambda source: (routes[source, name] or [places[source]])[-1][1])
        gap = 0.32 if any((source, name) in grads for source in sources) else 0.22
        boxes[name] = _Box(
            text=_symbol(name) if operation is None else SIGNS.get(operation, operation),
            is_variable=operation is None,
            above=" = ".join(part for part in (label, value) if part),
            below=f"← {_number(grads[name])}" if name in grads else "",
            column=column,
            y=-ROW * row,
            ports={s: gap * ((len(sources) - 1) / 2 - i) for i, s in enumerate(sources)},
        )
    return boxes


def _columns(boxes, routes, grads):
    columns = []
    for index in range(1 + max(box.column for box in boxes.values())):
        here = [box for box in boxes.values() if box.column == index]
        half = max(box.half for box in here)
        stub = max(max(_width(box.above, 10), _width(box.below, 10)) for box in here)
        parts = [
            _width(f"← {_number(grads[edge])}", 10) + 0.1
            for edge in routes
            if edge in grads and boxes[edge[1]].column == index
        ]
        lead = max(parts, default=0.0) + 0.16
        left = columns[-1].fork + BEND + lead if columns else 0.0
        columns.append(_Column(left + half, half, lead, left + 2 * half + max(stub, 0.25) + 0.2))
    return columns


def _symbol(name):
    """A letter, or a letter and digits, in italics with the digits as an index."""
    match = re.fullmatch(r"([^\W\d_])_?(\d*)", str(name))
    if not match:
        return str(name)
    return f"${match[1]}_{{{match[2]}}}$" if match[2] else f"${match[1]}$"


def _number(value):
    return value if isinstance(value, str) else f"{float(value):.4g}".replace("-", "−")


def _width(text, size):
    """Width of a text in inches."""
    return TextPath((0, 0), text, size=size).get_extents().width / 72 if text else 0.0


def _draw_box(ax, box, thick):
    """Round for an operation, square for a variable."""
    look = {
        "facecolor": (*to_rgb(COLORS["green" if box.is_variable else "blue"]), 0.18),
        "edgecolor": COLORS["blue"] if thick else GREY,
        "linewidth": 2.8 if thick else 1.2,
        "zorder": 3,
    }
    if box.corner == box.half == box.half_height:
        ax.add_patch(Circle((box.x, box.y), box.half, **look))
    else:
        corner = (box.x - box.half, box.y - box.half_height)
        shape = f"round,pad=0,rounding_size={box.corner}"
        ax.add_patch(
            FancyBboxPatch(corner, 2 * box.half, 2 * box.half_height, boxstyle=shape, **look)
        )
    ax.text(box.x, box.y, box.text, ha="center", va="center_baseline", fontsize=12, zorder=4)


def _draw_output(ax, box, fork, last):
    if last:
        arrow = {"arrowstyle": "-|>", "color": GREY, "lw": 1.3, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (fork + 0.3, box.y), (box.x + box.half, box.y), arrowprops=arrow)
    middle = (box.x + box.half + fork) / 2
    ax.text(middle, box.y + 0.05, box.above, ha="center", va="bottom", fontsize=10)
    ax.text(middle, box.y - 0.06, box.below, ha="center", va="top", fontsize=10)


def _draw_edge(ax, boxes, columns, edge, route, thick, forked, grad):
    """Straight past the labels, bent between the columns, through the free places on its way."""
    source, user = boxes[edge[0]], boxes[edge[1]]
    end = user.y + user.ports[edge[0]]
    fork = columns[source.column].fork
    lines = [((source.x + source.half, source.y), (fork, source.y))]
    for column, row in route:
        passed = columns[column]
        y = -ROW * row
        lines.append(((passed.x - passed.half - passed.lead, y), (passed.fork, y)))
    last = columns[user.column]
    # A round box is narrower at the height of its outer ports.
    rise = min(user.corner, max(0.0, abs(end - user.y) - (user.half_height - user.corner)))
    tip = user.x - user.half + user.corner - (user.corner**2 - rise**2) ** 0.5
    lines.append(((last.x - last.half - last.lead, end), (tip - 0.05, end)))
    vertices, codes = [lines[0][0]], [Path.MOVETO]
    for i, (first, second) in enumerate(lines):
        if i:
            x, y = vertices[-1]
            bend = 0.5 * (first[0] - x)
            vertices += [(x + bend, y), (first[0] - bend, first[1]), first]
            codes += [Path.CURVE4] * 3
        vertices.append(second)
        codes.append(Path.LINETO)
    color, width = (COLORS["blue"], 2.8) if thick else (GREY, 1.3)
    path = Path(vertices, codes)
    ax.add_patch(PathPatch(path, facecolor="none", edgecolor=color, lw=width, zorder=1))
    ax.plot(tip - 0.06, end, marker=">", ms=7, color=color, mew=0, zorder=2)
    if forked:
        ax.plot(fork, source.y, marker="o", ms=6, color=GREY, mew=0, zorder=2)
    if grad is not None:
        ax.text(tip - 0.14, end - 0.05, f"← {_number(grad)}", ha="right", va="top", fontsize=10)
