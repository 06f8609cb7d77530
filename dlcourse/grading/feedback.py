"""What a student reads after grading: which test failed and why, and no hidden test.

nbgrader's own feedback shows the restored test cells whole, hidden tests included, and tracebacks
that quote them. HideTests takes both out before the page is written. A test cell keeps its visible
part and one message. From the first hidden test on, nothing that the student's code printed, drew
or said in an exception is shown: it may have seen a hidden input.
"""

import ast
import builtins
import re
from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbgrader.preprocessors import NbGraderPreprocessor

TEMPLATES = str(Path(__file__).parent / "templates")

_BEGIN, _END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAME = re.compile(r"Cell In\s?\[(\d+)\], line (\d+)")
_HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)


class FeedbackExporter(HTMLExporter):
    """The page's layout; a name of its own keeps the formgrader's templates out of it."""


class HideTests(NbGraderPreprocessor):
    """nbgrader preprocessor for feedback: a verdict and a message for each test cell."""

    def preprocess(self, nb, resources):
        timeout = self.config.Execute.get("timeout", 30)
        counts = {cell.execution_count: cell for cell in nb.cells if cell.get("execution_count")}
        seen_hidden, title, questions = False, "", {}
        for cell in nb.cells:
            if cell.cell_type == "markdown" and not _is(cell, "solution"):
                title = next(iter(_HEADING.findall(cell.source)), title)
            if _is(cell, "grade"):
                entry = questions.setdefault(title, {"cells": [], "score": 0.0, "points": 0.0})
                entry["score"] += cell.metadata.nbgrader.get("score") or 0.0
                entry["points"] += cell.metadata.nbgrader.get("points") or 0.0
                entry["cells"].append(cell.metadata.nbgrader.grade_id)
            if cell.cell_type != "code":
                continue
            hidden = hidden_lines(cell.source) if is_test(cell) else None
            seen_hidden = seen_hidden or bool(hidden)
            if is_test(cell):
                message = explain(cell, hidden, counts, timeout)
                cell.metadata["dlcourse_message"] = message
                cell.source, cell.outputs = visible_part(cell.source), []
            elif seen_hidden and cell.outputs:
                cell.metadata["dlcourse_message"] = _own_cell(cell)
                cell.outputs = []
        resources["dlcourse_questions"] = questions
        return nb, resources


def is_test(cell):
    """Tell whether a cell is an automatically graded test."""
    return cell.cell_type == "code" and _is(cell, "grade") and not _is(cell, "solution")


def hidden_lines(source):
    """The numbers of the lines that belong to hidden tests, markers included, counted from 1.

    >>> sorted(hidden_lines("a\\n### BEGIN HIDDEN TESTS\\nb\\n### END HIDDEN TESTS\\nc"))
    [2, 3, 4]
    """
    lines, inside = set(), False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = inside or _BEGIN in line
        if inside:
            lines.add(number)
        if _END in line:
            inside = False
    return lines


def visible_part(source):
    """The text of a test cell without its hidden tests."""
    hidden = hidden_lines(source)
    lines = source.split("\n")
    return "\n".join(line for n, line in enumerate(lines, start=1) if n not in hidden).rstrip()


def explain(cell, hidden, counts, timeout):
    """One message for a test cell that failed; None for one that passed.

    hidden: the numbers of its hidden lines. counts: the notebook's cells by execution count.
    """
    error = next((out for out in cell.outputs if out.output_type == "error"), None)
    if error is None:
        if any(out.get("name") == "stderr" for out in cell.outputs):
            return (
                "Your code wrote a warning or another text to the error stream while the tests "
                "ran, and nbgrader takes that for a failure. Run the cell to see it, and mend "
                "its cause."
            )
        return None
    if error.ename in ("CellTimeoutError", "KeyboardInterrupt"):
        return f"Did not end in {timeout} seconds. Is there a loop that never ends?"
    if error.ename == "NotImplementedError":
        return "Not answered yet: `NotImplementedError` is still raised."
    frames = _frames(error.traceback)
    in_hidden = any(count == cell.execution_count and line in hidden for count, line in frames)
    own = [(count, line) for count, line in frames if count != cell.execution_count]
    where = "a hidden test" if in_hidden else "a visible test"
    if error.ename == "CheckFailed" and not own:
        return f"{_plain(error.evalue)}\n(Found by {where}.)"
    if error.ename == "NameError" and not own and not in_hidden:
        return f"{_plain(error.evalue)}: did the cell that defines it end in an error?"
    name = error.ename if hasattr(builtins, error.ename) else "an exception of your own"
    text = name if in_hidden else f"{name}: {_plain(error.evalue)}"
    return f"{text}\n{_place(own, counts)}(Raised in {where}.)"


def _own_cell(cell):
    """What is said of a cell of the student's that ran after hidden tests."""
    error = next((out for out in cell.outputs if out.output_type == "error"), None)
    if error is None:
        return "What this cell printed or drew is not repeated here. Run it to see it."
    if error.ename == "NotImplementedError":
        return "Not answered yet: `NotImplementedError` is still raised."
    try:
        ast.parse(cell.source)
    except SyntaxError as found:
        return f"{type(found).__name__}: {found.msg} (line {found.lineno} of this cell)"
    name = error.ename if hasattr(builtins, error.ename) else "an exception of your own"
    return f"This cell ended in {name}. Run it to see where."


def _place(own, counts):
    """The last line of the student's code that was running, quoted from their own cell."""
    if not own or own[-1][0] not in counts:
        return ""
    count, line = own[-1]
    cell = counts[count]
    lines = cell.source.split("\n")
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "a cell of yours")
    quoted = lines[line - 1].strip() if line <= len(lines) and not is_test(cell) else ""
    return f"in line {line} of {name}: {quoted}\n" if quoted else ""


def _frames(traceback):
    text = _plain("\n".join(traceback))
    return [(int(count), int(line)) for count, line in _FRAME.findall(text)]


def _plain(text):
    return _ANSI.sub("", text)


def _is(cell, role):
    return bool(cell.metadata.get("nbgrader", {}).get(role))
