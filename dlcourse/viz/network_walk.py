"""A small network with its numbers: one hidden layer, walked forward and back a step at a time."""

import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from dlcourse.viz.style import COLORS, GREY, styled

COLUMNS = {"x": 0.0, "z": 2.1, "h": 4.0, "y": 6.0, "L": 7.9}
ROW_PITCH = 1.25
SUBSCRIPTS = "₁₂₃₄₅₆₇₈₉"


def number(value):
    """At most four digits, and a true minus sign."""
    return f"{float(value):.4g}".replace("-", "−")


def in_product(value):
    """A number as a factor: a negative one in brackets."""
    return f"({number(value)})" if value < 0 else number(value)


@styled
def network_walk(values, grads, weights, target):
    """Draw one frame for every step of a forward and a backward pass; for `flipbook`.

    The network has one input, K hidden ReLU units, one output and a squared error: z = w x + b,
    h = max(0, z), y = v·h + c, L = (y − t)². values: {"x", "z", "h", "y", "L"}; grads: the
    derivatives of L with respect to "x", "z", "h", "y", "w", "v"; weights: {"w", "b", "v", "c"};
    z, h, w, b, v are sequences of K numbers. target: t.

    Returns the frames, the slider's values and a description for each, three lists.
    """
    steps = list(_steps(values, grads, weights, target))
    shown = {"forward": set(), "back": set()}
    frames = []
    for direction, name, title in steps:
        shown[direction].add(name)
        frames.append(_frame(values, grads, weights, target, shown, (direction, name), title))
    labels = [
        name if direction == "forward" else "dw, dv" if name == "weights" else f"d{name}"
        for direction, name, _ in steps
    ]
    return frames, labels, [_description(step, values, grads) for step in steps]


def _description(step, values, grads):
    """What a frame adds to the picture, in words and with all its numbers."""
    direction, name, title = step
    if name == "weights":
        new = {"dL/dw": grads["w"], "dL/dv": grads["v"]}
    elif direction == "forward":
        new = {name: values[name]}
    else:
        new = {f"dL/d{name}": 1 if name == "L" else grads[name]}
    numbers = "; ".join(
        f"{what} = {', '.join(number(n) for n in np.atleast_1d(value))}"
        for what, value in new.items()
    )
    return f"The network as a graph. {title}. New: {numbers}."


def _steps(values, grads, weights, target):
    """(direction, what is computed, the arithmetic in words) for every frame."""
    x, z, h, y, loss = (values[name] for name in ("x", "z", "h", "y", "L"))
    w, b, v, c = (weights[name] for name in ("w", "b", "v", "c"))
    yield "forward", "x", f"Forward: x = {number(x)} goes in, y = {number(target)} should come out"
    lines = [
        f"{in_product(wk)}·{in_product(x)} + {number(bk)} = {number(zk)}"
        for wk, bk, zk in zip(w, b, z, strict=True)
    ]
    yield "forward", "z", "Forward: " + ",   ".join(lines)
    closed = [number(zk) for zk in z if zk <= 0]
    what = f"turns {' and '.join(closed)} into 0, the rest pass" if closed else "lets all pass"
    yield "forward", "h", f"Forward: ReLU {what}"
    terms = " + ".join(
        f"{in_product(vk)}·{in_product(hk)}" for vk, hk in zip(v, h, strict=True)
    ) + (f" + {number(c)}" if c else "")
    yield "forward", "y", f"Forward: y = {terms} = {number(y)}"
    square = f"({number(y)} − {in_product(target)})²"
    yield "forward", "L", f"Forward: L = {square} = {number(loss)}; everything stays in memory"
    yield "back", "L", "Backward: dL/dL = 1, where every chain begins"
    yield "back", "y", f"Backward: dL/dy = 2({number(y)} − {number(target)}) = {number(grads['y'])}"
    lines = [
        f"{number(grads['y'])}·{in_product(vk)} = {number(gk)}"
        for vk, gk in zip(v, grads["h"], strict=True)
    ]
    yield "back", "h", "Backward: dL/dh = dL/dy·v:  " + ",   ".join(lines)
    yield "back", "z", "Backward: ReLU lets back what it let through, and stops the rest"
    terms = " + ".join(
        f"{in_product(gk)}·{in_product(wk)}" for gk, wk in zip(grads["z"], w, strict=True)
    )
    yield "back", "x", f"Backward: the paths add: {terms} = {number(grads['x'])}"
    yield "back", "weights", "Each weight: the gradient at its head times the value at its tail"


def _frame(values, grads, weights, target, shown, now, title):
    figure = Figure(figsize=(8.6, 4.3), layout="constrained")
    ax = figure.add_subplot()
    count = len(values["z"])
    rows = {name: [0.0] for name in ("x", "y", "L")}
    rows |= {name: [ROW_PITCH * ((count - 1) / 2 - k) for k in range(count)] for name in "zh"}
    with_gradients = now == ("back", "weights")
    for k in range(count):
        mark = SUBSCRIPTS[k]
        dw, dv = number(grads["w"][k]), number(grads["v"][k])
        into = f"×{in_product(weights['w'][k])} + {number(weights['b'][k])}".removesuffix(" + 0")
        out = f"×{in_product(weights['v'][k])}"
        _edge(ax, rows, ("x", 0), ("z", k), f"dL/dw{mark} = {dw}" if with_gradients else into, now)
        closed = "h" in shown["forward"] and values["h"][k] == 0
        _edge(ax, rows, ("z", k), ("h", k), "closed" if closed else "ReLU", now, closed)
        _edge(ax, rows, ("h", k), ("y", 0), f"dL/dv{mark} = {dv}" if with_gradients else out, now)
    _edge(ax, rows, ("y", 0), ("L", 0), f"(y − {number(target)})²", now)
    for name, places in rows.items():
        for k, y in enumerate(places):
            label = f"${name}_{k + 1}$" if len(places) > 1 else f"${name}$"
            _node(ax, COLUMNS[name], y, label, now[1] == name, now[0])
            for kind, numbers, shift in (("forward", values, 0.34), ("back", grads, -0.34)):
                if name in shown[kind]:
                    value = 1 if (kind, name) == ("back", "L") else numbers[name]
                    value = value[k] if len(places) > 1 else value
                    _number_at(ax, COLUMNS[name], y + shift, value, kind, now == (kind, name))
    ax.text(COLUMNS["L"] + 0.45, 1.75, "value", color=COLORS["blue"], ha="right")
    ax.text(COLUMNS["L"] + 0.45, 1.42, "← slope of L", color=COLORS["vermillion"], ha="right")
    ax.set(xlim=(-0.5, 8.4), ylim=(-1.95, 2.0))
    ax.set_axis_off()
    ax.set_title(title, fontsize=11.5)
    return figure


def _node(ax, x, y, label, active, direction):
    color = COLORS["blue" if direction == "forward" else "vermillion"] if active else GREY
    ax.add_patch(
        FancyBboxPatch(
            (x - 0.16, y - 0.1),
            0.32,
            0.2,
            boxstyle="round,pad=0.08",
            facecolor=(*(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)), 0.18),
            edgecolor=color,
            linewidth=2.4 if active else 1.0,
            zorder=3,
        )
    )
    ax.text(x, y, label, ha="center", va="center", fontsize=12, zorder=4)


def _number_at(ax, x, y, value, kind, active):
    text = number(value) if kind == "forward" else f"← {number(value)}"
    ax.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        fontsize=12.5,
        color=COLORS["blue" if kind == "forward" else "vermillion"],
        fontweight="bold" if active else "normal",
        zorder=4,
    )


def _edge(ax, rows, tail, head, label, now, closed=False):
    """A line between two nodes, thick while something moves along it, with what it does."""
    (name0, k0), (name1, k1) = tail, head
    x0, y0, x1, y1 = COLUMNS[name0] + 0.25, rows[name0][k0], COLUMNS[name1] - 0.25, rows[name1][k1]
    moving = now[1] == (name1 if now[0] == "forward" else name0)
    color = COLORS["blue" if now[0] == "forward" else "vermillion"] if moving else GREY
    style, width = ":" if closed else "-", 2.4 if moving else 1.0
    ax.plot([x0, x1], [y0, y1], color=color, linestyle=style, lw=width, zorder=1)
    result = label.startswith("dL")
    ax.text(
        (x0 + x1) / 2,
        (y0 + y1) / 2 + 0.07,
        label,
        ha="center",
        va="bottom",
        fontsize=10,
        color=COLORS["vermillion"] if result else GREY,
        fontweight="bold" if result else "normal",
        rotation=math.degrees(math.atan2(y1 - y0, x1 - x0)),
        rotation_mode="anchor",
        transform_rotates_text=True,
        zorder=2,
    )
