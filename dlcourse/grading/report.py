"""What comes out of a graded class: a table, grades.csv, a page for whoever could not be graded."""

import csv
import html
import io
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading.journal import write
from dlcourse.grading.unit import STATES
from dlcourse.table import Table


@dataclass(frozen=True)
class Row:
    """One student's line. marks: marks.Marks, or None where the state gave none."""

    student: str
    state: str
    marks: object
    seconds: float
    memory: float
    note: str


def table(rows):
    """The class as text: one line a student, then how many ended in which state."""
    head = ("student", "state", "auto", "by hand", "total", "note")
    lines = []
    for row in rows:
        if row.marks is None:
            lines.append((row.student, row.state, "-", "-", "-", row.note))
        else:
            marks = row.marks
            waiting = f"{marks.pending:g} pending" if marks.pending else "-"
            total = f"{marks.score:g} of {marks.points:g}"
            lines.append((row.student, row.state, f"{marks.automatic:g}", waiting, total, row.note))
    counts = {state: sum(row.state == state for row in rows) for state in STATES}
    summary = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    said = f"{len(rows)} submission{'s' * (len(rows) != 1)}: {summary}"
    return str(Table(head, lines, right={2, 3, 4}, notes=(said,)))


def write_csv(path, rows, questions):
    """Write grades.csv: student, status, score, max_score, a column a question, what it took.

    A submission that was not graded has empty scores: an empty cell is no zero. The score counts
    the marks that are there; `manual_pending` says how many points still wait for a person.
    """
    columns = ["student", "status", "score", "max_score", "auto_score", "manual_pending"]
    lines = [[*columns, *questions, "seconds", "peak_memory_mib", "note"]]
    for row in rows:
        marks = row.marks
        if marks is None:
            scores = [""] * (len(columns) - 2 + len(questions))
        else:
            by_question = marks.by_question()
            numbers = [marks.score, marks.points, marks.automatic, marks.pending]
            numbers += [by_question[question] for question in questions]
            scores = [f"{number:g}" for number in numbers]
        took = [f"{row.seconds:.1f}", f"{row.memory:.0f}"]
        lines.append([plain(row.student), row.state, *scores, *took, plain(row.note)])
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, text.getvalue().encode("utf-8"))


def plain(text):
    """A text that no spreadsheet takes for a formula: one that looks like it gets an apostrophe.

    >>> plain("=HYPERLINK(1)"), plain("ann")
    ("'=HYPERLINK(1)", 'ann')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


ADVICE = {
    "timed out": "Your notebook as a whole ran longer than it may. Restart the kernel, run all "
    "cells, and look for the one that does not end: a loop whose condition never becomes false, "
    "or one over single numbers where an array operation would do. Then hand in again.",
    "out of memory": "Your notebook used more memory than it may. Look for a list that grows in "
    "a loop that never ends, or an array with an axis too many. Then hand in again.",
    "crashed": "Python itself ended while your notebook ran. Look for exit(), quit() or "
    "os._exit() in the cell named above, or a recursion that never ends. Then restart the kernel, "
    "run all cells, and hand in again.",
    "malformed": "What you handed in could not be read as this homework.",
    "grader error": "This is not your fault: the grader failed. Your instructor has been told and "
    "will grade your work again.",
}

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{homework}: {state}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{
  font: 17px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem;
}}
h1 {{ font-size: 1.5rem; }}
.state {{ border-left: 4px solid #d55e00; padding-left: 1rem; }}
</style>
</head>
<body>
<h1>{homework} of {student}</h1>
<p class="state"><strong>Not graded: {state}.</strong> {note}</p>
<p>{advice}</p>
<p>You have no marks for this homework yet. That is not a zero: nothing was counted.</p>
</body>
</html>
"""


def failure_page(homework, row):
    """The feedback page of a submission that could not be graded: what happened, what to do."""
    # A grader's error speaks of the grader's machine: it is for the instructor.
    note = "" if row.state == "grader error" else row.note.rstrip(".") + "."
    return _PAGE.format(
        homework=html.escape(homework),
        student=html.escape(row.student),
        state=html.escape(row.state),
        note=html.escape(_sentence(note)),
        advice=html.escape(ADVICE[row.state]),
    )


def _sentence(note):
    """A note with a capital at its front, unless a file's name stands there."""
    first, _, _ = note.partition(" ")
    return note if "." in first.rstrip(".") else note[:1].upper() + note[1:]
