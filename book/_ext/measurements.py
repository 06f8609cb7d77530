"""Sphinx extension: `{benchmarks}` shows the last results, from benchmarks/results/*.json."""

import json
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


def as_rst(result):
    """The RST of one result: its ratios, its checks, and on what it was measured."""
    versions = result["versions"]
    lines = []
    if result.get("ratios"):
        rows = [
            (r["label"], f"{r['ratio_of_medians']:.2f}", bound("≤", r.get("target"), 2))
            for r in result["ratios"]
        ]
        lines += table(("Work", "Time, as a multiple of PyTorch's", "Target"), rows)
    if result.get("checks"):
        rows = [
            (c["label"], f"{c['value']:.4f}", bound("≥", c.get("at_least"), 4))
            for c in result["checks"]
        ]
        lines += table(("Check", "Value", "Target"), rows)
    measured = (
        f"Measured on {result['date']}, {result['processor']}, {result['threads']} thread: "
        f"dlcourse {versions['dlcourse']}, NumPy {versions['numpy']}, PyTorch {versions['torch']}."
    )
    return [*lines, measured, ""]


class Benchmarks(SphinxDirective):
    required_arguments = 1

    def run(self):
        path = Path(self.env.srcdir) / FOLDER / f"{self.arguments[0]}.json"
        self.env.note_dependency(str(path))
        if not path.exists():
            lines = ["Not measured yet: ``make bench`` measures it.", ""]
        else:
            lines = as_rst(json.loads(path.read_text(encoding="utf-8")))
        holder = nodes.container()
        self.state.nested_parse(StringList(lines, source=str(path)), 0, holder)
        return holder.children


def setup(app):
    app.add_directive("benchmarks", Benchmarks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
