"""Sphinx extension: what was measured last, from benchmarks/results/*.json.

`.. benchmarks:: NAME` is a table of one benchmark. `.. benchmark-figure:: NAME ...` draws those
ratios of several that have a target, and gives the geometric mean.
"""

import html
import json
import math
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

FOLDER = Path("benchmarks") / "results"


def row(*cells):
    return [f"   * - {cells[0]}", *(f"     - {cell}" for cell in cells[1:])]


def table(head, rows):
    lines = [".. list-table::", "   :header-rows: 1", "", *row(*head)]
    return [*lines, *(line for cells in rows for line in row(*cells)), ""]


def bound(sign, value, digits):
    return "none" if value is None else f"{sign} {value:.{digits}f}"


def limit(check):
    """The target of a check: the least or the largest value that is good enough."""
    most = check.get("at_most")
    return bound("≥", check.get("at_least"), 4) if most is None else bound("≤", most, 2)


def figure_of(check):
    """A check's value: a share of something, a ratio with a largest value, or how many times."""
    value = check["value"]
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.4f}" if check.get("at_most") is None else f"{value:.2f}"


def as_rst(result):
    """The RST of one result: its ratios, its checks, and on what it was measured."""
    versions, facts = result["versions"], result.get("facts", {})
    lines = []
    if result.get("ratios"):
        rows = [
            (r["label"], f"{r['ratio_of_medians']:.2f}", bound("≤", r.get("target"), 2))
            for r in result["ratios"]
        ]
        peer = facts.get("against", "PyTorch's")
        lines += table(("Work", f"Time, as a multiple of {peer}", "Target"), rows)
    if result.get("checks"):
        rows = [(c["label"], figure_of(c), limit(c)) for c in result["checks"]]
        lines += table(("Check", "Value", "Target"), rows)
    threads = facts.get("threads", result["threads"])
    measured = (
        f"Measured on {result['date']}, {result['processor']}, {threads} "
        f"thread{'s' if threads > 1 else ''}: "
        f"dlcourse {versions['dlcourse']}, NumPy {versions['numpy']}, PyTorch {versions['torch']}."
    )
    return [*lines, measured, ""]


def geometric_mean(ratios):
    """The mean of ratios that treats twice as fast and twice as slow alike."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


# The figure: a row a ratio, on a logarithmic axis on which equal factors are equal lengths.
ROW, LEFT, WIDTH, RIGHT = 24, 370, 360, 60
TICKS = (0.2, 0.5, 1, 2)
LOW, HIGH = 0.15, 2.6


def along(ratio):
    """Where a ratio stands on the axis, in pixels; beyond an end at that end."""
    share = math.log(min(max(ratio, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
    return LEFT + WIDTH * share


def as_svg(ratios):
    """A drawing of ratios as bars from 1, each with a mark at its target.

    Colours are the page's own, so that it reads on light and on dark.
    """
    bottom = ROW * (len(ratios) + 1)
    parts = []
    for tick in TICKS:
        x, kind = along(tick), "one" if tick == 1 else "tick"
        parts.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{ROW}" y2="{bottom}"/>')
        parts.append(
            f'<text class="small" text-anchor="middle" x="{x:.1f}" y="{ROW - 8}">{tick:g}</text>'
        )
    for place, r in enumerate(ratios, start=1):
        y, value, label = ROW * place, r["ratio_of_medians"], html.escape(r["label"])
        start, end = sorted((along(1), along(value)))
        kind = "bar" if r["met"] else "bar missed"
        parts += [
            f'<text text-anchor="end" x="{LEFT - 10}" y="{y + 16}">{label}</text>',
            f'<rect class="{kind}" x="{start:.1f}" y="{y + 5}" width="{end - start:.1f}" '
            f'height="{ROW - 10}"/>',
            f'<line class="target" x1="{along(r["target"]):.1f}" x2="{along(r["target"]):.1f}" '
            f'y1="{y + 2}" y2="{y + ROW - 2}"/>',
            f'<text x="{LEFT + WIDTH + 12}" y="{y + 16}">{value:.2f}</text>',
        ]
    size = f"0 0 {LEFT + WIDTH + RIGHT} {bottom + 4}"
    met = sum(bool(r["met"]) for r in ratios)
    values = [r["ratio_of_medians"] for r in ratios]
    text = (
        f"{len(ratios)} bars, the time of dlcourse as a multiple of PyTorch's, from "
        f"{min(values):.2f} to {max(values):.2f}; {met} reach their targets. The tables below have "
        "every figure."
    )
    return (
        f'<div class="measured-ratios"><svg viewBox="{size}" role="img" aria-label="{text}">'
        f"{''.join(parts)}</svg></div>"
    )


def read(directive, name):
    """The results of a benchmark, or None where it has not been run."""
    path = Path(directive.env.srcdir) / FOLDER / f"{name}.json"
    directive.env.note_dependency(str(path))
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def parsed(directive, lines):
    holder = nodes.container()
    source = StringList(lines, source=str(FOLDER))
    directive.state.nested_parse(source, 0, holder)
    return holder.children


class Benchmarks(SphinxDirective):
    required_arguments = 1

    def run(self):
        result = read(self, self.arguments[0])
        if result is None:
            return parsed(self, ["Not measured yet: ``make bench`` measures it.", ""])
        return parsed(self, as_rst(result))


class BenchmarkFigure(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        results = [read(self, name) for name in self.arguments[0].split()]
        ratios = [r for result in results if result for r in result["ratios"]]
        aimed = [r for r in ratios if r["target"] is not None]
        if not aimed:
            return []
        means = [geometric_mean([r["ratio_of_medians"] for r in some]) for some in (aimed, ratios)]
        sentence = (
            f"The geometric mean of these {len(aimed)} ratios is {means[0]:.2f}; of all "
            f"{len(ratios)} in the first tables below, those without a target among them, "
            f"{means[1]:.2f}. The aim for the mean is 1.20."
        )
        figure = nodes.raw("", as_svg(aimed), format="html")
        return [figure, *parsed(self, [sentence, ""])]


def setup(app):
    app.add_directive("benchmarks", Benchmarks)
    app.add_directive("benchmark-figure", BenchmarkFigure)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
