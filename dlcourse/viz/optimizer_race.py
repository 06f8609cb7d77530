"""A race of optimizers over several landscapes, computed before and played in the page."""

import html
import json
import math
import re

import numpy as np

from dlcourse.viz.displayed import Displayed
from dlcourse.viz.flipbook import resource
from dlcourse.viz.paths import short_path
from dlcourse.viz.show import STYLE_SHEET
from dlcourse.viz.style import COLORS
from dlcourse.viz.svg import content_id

# Map and chart are squares of so many units; whole units are finer than a screen's pixels.
SIDE = 1000
LEFT, WIDE, TOP, HIGH = 150, 820, 40, 840
LOWEST = -4  # the chart ends at a loss of 10⁻⁴: below it all have arrived
EVERY = 10  # steps from one mark on a line to the next
GRID, COARSE = 121, 2.5  # contours: points a side, and units of their numbers
# Shapes around (0, 0), filled or not, and dashes: a line is known without its colour.
SHAPES = (
    ("M-10 0a10 10 0 1 0 20 0a10 10 0 1 0-20 0z", True),
    ("M-9-9h18v18h-18z", True),
    ("M0-13l13 13-13 13-13-13z", False),
    ("M0-12l12 21h-24z", True),
    ("M0 12l12-21h-24z", True),
    ("M-12 0h24M0-12v24", False),
    ("M-10-10l20 20M10-10l-20 20", False),
    ("M-12 0h24M-6-10l12 20M6-10l-12 20", False),
    ("M-9-9h18v18h-18z", False),
    ("M-10 0a10 10 0 1 0 20 0a10 10 0 1 0-20 0z", False),
)
HUES = ("currentColor", "blue", "sky blue", "orange", "green", "vermillion", "vermillion", "purple")
HUES += ("blue", "green")
DASHES = ("", "", "24 12", "", "30 10 8 10", "", "10 10", "24 12", "8 12", "40 12")
LOOKS = [
    {"c": hue if hue == "currentColor" else COLORS[hue], "d": dash, "m": shape, "f": int(filled)}
    for hue, dash, (shape, filled) in zip(HUES, DASHES, SHAPES, strict=True)
]


class Race(Displayed):
    """An interactive figure, which a notebook displays; made by `optimizer_race`.

    alt: the description of the picture shown first. html: what goes into the page.
    """

    def __init__(self, data, surface, step, shown):
        self.alt = sentence(data, surface, step, shown)
        runs = html.escape(json.dumps(data, separators=(",", ":")))
        start = json.dumps({"surface": surface, "step": step, "shown": shown})
        name = content_id("optimizer_race", runs, start)
        parts = {
            "NAME": name,
            "RUNS": runs,
            "START": html.escape(start),
            "STYLE": f"{STYLE_SHEET}<style>{resource('flipbook.css')}"
            f"{resource('optimizer_race.css')}</style>",
            "ALT": html.escape(self.alt),
            "CHARTALT": "The loss of each against the steps, on a logarithmic axis.",
            "MAP": map_(data, surface, step, shown),
            "CHART": chart(data, surface, step, shown),
            "STEP": str(step),
            "RUNNERS": "".join(_runner(data, surface, step, n, n in shown) for n in data["looks"]),
            "SCRIPT": resource("optimizer_race.js").replace("@NAME@", name),
        }
        self.html = re.sub(
            "@([A-Z]+)@", lambda match: parts[match[1]], resource("optimizer_race.html")
        )


def optimizer_race(surfaces, paths, *, surface=None, step=None, shown=None):
    """Return maps of several landscapes with the paths of optimizers on them, to be played.

    A choice of the landscape, a slider and a play button for the step, and a box for each
    optimizer, with its loss; beside the map, loss against steps. Lines have a colour, a dash and a
    mark each, the marks ten steps apart. It is self-contained HTML, as `flipbook` makes it: alive
    on the published page with no kernel behind it; without scripts and in print the picture of the
    first setting is left.

    surfaces: objects with `name`, `value(w)` for w (2, ...), `minimum` (2,) and `view` (lowest w₁,
    highest w₁, lowest w₂, highest w₂), such as those of `dlcourse.optim.surfaces`. paths: {surface:
    {optimizer: (steps + 1, 2)}}, at most ten optimizers, the same everywhere, in the same order;
    nan where one is lost. surface, step, shown: what is seen first (the first landscape, the last
    step, every optimizer). Raises ValueError where these do not fit together.

    >>> from dlcourse.optim import SGD
    >>> from dlcourse.optim.surfaces import SURFACES, roll
    >>> ravine = SURFACES["ravine"]
    >>> path = roll(ravine, lambda w: SGD(w, lr=0.02), steps=20)
    >>> optimizer_race([ravine], {"ravine": {"SGD": path}})
    Figure: Map of the ravine, step 20 of 20. Loss: SGD 3.6.
    """
    surfaces = list(surfaces)
    if not surfaces or [s.name for s in surfaces] != list(paths):
        raise ValueError(
            f"optimizer_race expects paths for {[s.name for s in surfaces]}, got {list(paths)}"
        )
    names = list(next(iter(paths.values())))
    shapes = {np.shape(path) for runs in paths.values() for path in runs.values()}
    if not 1 <= len(names) <= len(LOOKS) or any(list(runs) != names for runs in paths.values()):
        raise ValueError(
            f"optimizer_race expects the same 1 to {len(LOOKS)} optimizers everywhere, got "
            f"{[list(runs) for runs in paths.values()]}"
        )
    if len(shapes) > 1 or min(shapes)[1:] != (2,):
        raise ValueError(f"every path must have one shape (steps + 1, 2), got {sorted(shapes)}")
    steps = min(shapes)[0] - 1
    data = {
        "steps": steps,
        "looks": dict(zip(names, LOOKS, strict=False)),
        "surfaces": {s.name: _on(s, paths[s.name], steps) for s in surfaces},
    }
    surface = surfaces[0].name if surface is None else surface
    step, shown = steps if step is None else step, names if shown is None else list(shown)
    if surface not in paths or step not in range(steps + 1) or not set(shown) <= set(names):
        raise ValueError(
            f"optimizer_race has no surface {surface!r}, step {step} or optimizers {shown}"
        )
    return Race(data, surface, step, shown)


def _on(surface, runs, steps):
    """What the page needs to know of one landscape."""
    low1, high1, low2, high2 = surface.view

    def unit(w):  # (n, 2) to whole units of the map, y downwards, kept near it
        x = SIDE * (w[:, 0] - low1) / (high1 - low1)
        y = SIDE * (high2 - w[:, 1]) / (high2 - low2)
        return np.clip(np.round(np.stack([x, y], axis=1)), -3 * SIDE, 4 * SIDE).astype(int)

    found = {}
    for name, path in runs.items():
        path = np.asarray(path, dtype=float)
        path = path[: np.isfinite(path).all(axis=1).cumprod().sum()]
        found[name] = path, surface.value(path.T)
    highest = max(value[0] for _, value in found.values())
    top = math.ceil(math.log10(highest) + 0.3)

    def curve(values):
        share = (top - np.log10(np.clip(values, 10.0**LOWEST, 10.0**top))) / (top - LOWEST)
        x = LEFT + WIDE * np.arange(len(values)) // steps
        return np.stack([x, TOP + np.round(HIGH * share)], axis=1).astype(int).ravel().tolist()

    return {
        "levels": _levels(surface),
        "frame": _frame(top, steps),
        "goal": unit(np.array([surface.minimum]))[0].tolist(),
        "runs": {
            name: {
                "p": unit(path).ravel().tolist(),
                "l": curve(values),
                "t": " ".join(f"{value:.2g}" for value in values).replace("-", "−"),
            }
            for name, (path, values) in found.items()
        },
    }


def _levels(surface):
    """Lines of equal height, closer towards the bottom, as SVG."""
    from contourpy import contour_generator

    low1, high1, low2, high2 = surface.view
    w1, w2 = np.meshgrid(np.linspace(low1, high1, GRID), np.linspace(low2, high2, GRID))
    height = surface.value(np.stack([w1, w2]))
    side = np.linspace(0, SIDE / COARSE, GRID)
    generator = contour_generator(side, side[::-1], height)
    drawn = []
    for share in np.linspace(0, 1, 14)[1:-1]:
        for line in generator.lines(height.max() * share**2):
            drawn.append(short_path("M" + "L".join(f"{x:.2f} {y:.2f} " for x, y in line)))
    return f'<path class="level" transform="scale({COARSE})" d="{"".join(drawn)}"></path>'


def _frame(top, steps):
    """The axes of the chart: a line for each power of ten."""
    drawn = []
    for power in range(LOWEST, top + 1):
        y = TOP + round(HIGH * (top - power) / (top - LOWEST))
        drawn.append(f'<path class="tick" d="M{LEFT} {y}h{WIDE}"></path>')
        label = f"{10.0**power:g}" if power > LOWEST else "≤1e−4"
        drawn.append(f'<text x="{LEFT - 12}" y="{y + 16}" text-anchor="end">{label}</text>')
    for share, anchor in ((0, "start"), (0.5, "middle"), (1, "end")):
        text = f"{round(share * steps)}" + (" steps" if share == 1 else "")
        place = f'x="{LEFT + round(share * WIDE)}" y="{TOP + HIGH + 60}"'
        drawn.append(f'<text {place} text-anchor="{anchor}">{text}</text>')
    return "".join(drawn) + f'<text x="{LEFT + WIDE}" y="{TOP + 50}" text-anchor="end">loss</text>'


def loss(run, step):
    """The loss at a step as text."""
    values = run["t"].split()
    return values[step] if step < len(values) else "lost"


def sentence(data, surface, step, shown):
    """What the map shows, in words."""
    runs = data["surfaces"][surface]["runs"]
    said = [f"{name} {loss(runs[name], step)}" for name in data["looks"] if name in shown]
    said = ", ".join(said) or "no optimizer is chosen"
    return f"Map of the {surface}, step {step} of {data['steps']}. Loss: {said}."


def _mark(look, x, y, size):
    fill = look["c"] if look["f"] else "none"
    return (
        f'<path class="spot" transform="translate({x} {y}) scale({size})" stroke="{look["c"]}" '
        f'fill="{fill}" d="{look["m"]}"></path>'
    )


def _trails(data, surface, step, shown, key):
    """Lines with their marks, then the marks at the end, on top of all lines."""
    lines, heads = [], []
    for name, look in data["looks"].items():
        if name not in shown:
            continue
        run = data["surfaces"][surface]["runs"][name]
        points, at = run[key], min(step, len(run["p"]) // 2 - 1)
        line = " ".join(map(str, points[: 2 * at + 2]))
        dash = f'stroke-dasharray="{look["d"]}"'
        lines.append(f'<path class="line" stroke="{look["c"]}" {dash} d="M{line}"></path>')
        lines += [_mark(look, *points[2 * k : 2 * k + 2], 1) for k in range(EVERY, at, EVERY)]
        heads.append(_mark(look, *points[2 * at : 2 * at + 2], 1.7))
    return "".join(lines + heads)


def map_(data, surface, step, shown):
    """The SVG inside the map. The script draws the same; a test holds the two together."""
    place = data["surfaces"][surface]
    x, y = place["goal"]
    goal = f'<path class="goal" d="M{x} {y}m-22-22l44 44m0-44l-44 44"></path>'
    return place["levels"] + goal + _trails(data, surface, step, shown, "p")


def chart(data, surface, step, shown):
    """The SVG inside the chart, as `map_`."""
    x = LEFT + WIDE * step // data["steps"]
    now = f'<path class="now" d="M{x} {TOP}v{HIGH}"></path>'
    return data["surfaces"][surface]["frame"] + now + _trails(data, surface, step, shown, "l")


def _runner(data, surface, step, name, on):
    """A line of the list: how it is drawn, its name, its loss."""
    look = data["looks"][name]
    line = f'<path class="line" stroke="{look["c"]}" stroke-dasharray="{look["d"]}" d="M-40 0h80"/>'
    swatch = f'<svg viewBox="-42 -20 84 40" width="44" height="21" aria-hidden="true">{line}'
    swatch += _mark(look, 0, 0, 1.3) + "</svg>"
    now = loss(data["surfaces"][surface]["runs"][name], step)
    words = f"<i>{html.escape(name)}</i><b>{now}</b>"
    off = "" if on else ' class="off"'
    return f'<li{off} data-name="{html.escape(name)}"><span>{swatch}{words}</span></li>'
