"""`dlcourse check`: what the visible tests say of a homework after a restart and run of all cells.

The same cells run in the same way under JupyterLab's Validate, so both give the same verdict; here
it comes question by question, with a message. It is no mark: hidden tests run at grading.
"""

import ast
import copy
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from nbgrader.utils import determine_grade

from dlcourse.grading import course, fresh_run, handed_out, verdict
from dlcourse.grading.questions import is_blank, is_changed, questions
from dlcourse.grading.restore import cell_name

PASSED, FAILED, OPEN, BY_HAND = "passed", "failed", "not answered", "read by a person"


def add_arguments(parser):
    parser.add_argument("homework", help="which homework, as hw1, or the path of a notebook")
    parser.add_argument(
        "--seconds", type=int, default=15, help="time for one cell in seconds (default: 15)"
    )


def run(args):
    try:
        path = find(args.homework)
        print(f"{path}: restarting and running all cells ...", file=sys.stderr)
        report = check(path, cell_seconds=args.seconds)
    except course.CourseError as error:
        print(f"dlcourse check: {error}", file=sys.stderr)
        return 2
    print(text(report))
    return 0 if report.passed else 1


@dataclass(frozen=True)
class Question:
    """One question's verdict. messages: pairs (cell, what is to be said of it)."""

    title: str
    state: str
    tests: int
    messages: tuple


@dataclass(frozen=True)
class Report:
    """What a check found. questions: Question each. warnings: what else to look at, in words.

    missing: the names of the homework's cells that are gone.
    """

    path: Path
    questions: tuple
    warnings: tuple
    seconds: float
    missing: tuple = ()

    @property
    def passed(self):
        """Whether every visible test passed in the form in which it was handed out."""
        whole = not self.missing
        return whole and all(question.state in (PASSED, BY_HAND) for question in self.questions)


def find(name, start=None):
    """The notebook that a name or a path means; CourseError says where it was looked for.

    name: a path, or a homework's name: `hw1.ipynb` in the folder `start`, or `assignments/hw1/`
    in it or above it.
    """
    start = Path(start or ".").resolve()
    given = start / name
    if given.is_file():
        return given
    stem = Path(name).name.removesuffix(".ipynb")
    tried = [start / f"{stem}.ipynb", start / stem / f"{stem}.ipynb"]
    for folder in (start, *start.parents):
        tried.append(folder / "assignments" / stem / f"{stem}.ipynb")
    for path in tried if "/" not in name else ():
        if path.is_file():
            return path
    raise course.CourseError(
        f"no notebook {name!r} here: name its path, or run this in the course's folder, where "
        f"{stem} is assignments/{stem}/{stem}.ipynb"
    )


def read(path):
    """The notebook of a homework; CourseError for a file that is none."""
    try:
        nb = course.read_notebook(path)
    except Exception as error:  # whatever nbformat makes of a file that is no notebook
        raise course.CourseError(
            f"{path} is not a notebook that Jupyter can open ({type(error).__name__}): open it "
            "in JupyterLab and save it again"
        ) from error
    if not any(cell_name(cell) for cell in nb.cells):
        raise course.CourseError(
            f"{path} has none of a homework's cells: copy your answers into the notebook that "
            "was handed out"
        )
    return nb


def check(path, cell_seconds=15, total_seconds=300):
    """Run a homework from a fresh start and judge it by its visible tests; return a Report.

    The file stays as it is. cell_seconds, total_seconds: s, the limits of one cell and of all.
    """
    nb = read(path)
    changed = [cell_name(cell) for cell in nb.cells if is_changed(cell)]
    worked = [_worked(cell) for cell in nb.cells]
    for cell in nb.cells:
        if verdict.is_test(cell):
            # The instructor's own copy holds the hidden tests as well.
            cell.source = verdict.visible_part(cell.source)
    started = time.monotonic()
    stopped = fresh_run.run(nb, Path(path).resolve().parent, cell_seconds, total_seconds)
    seconds = time.monotonic() - started
    judge = _Judge(nb, changed, stopped, cell_seconds)
    found = tuple(judge.question(entry) for entry in questions(nb) if _is_asked(entry))
    stale = [
        cell_name(cell) or f"cell {number}"
        for number, (cell, before) in enumerate(zip(nb.cells, worked, strict=True), start=1)
        if before and _error(cell) is not None
    ]
    folder = Path(path).resolve().parent
    missing = handed_out.missing_cells(nb, handed_out.homework_of(path), folder)
    warnings = tuple(_warnings(nb, changed, stale, stopped, missing))
    return Report(Path(path), found, warnings, seconds, missing)


class _Judge:
    """Says of each question how its visible tests ended."""

    def __init__(self, nb, changed, stopped, seconds):
        self.nb, self.changed, self.stopped, self.seconds = nb, changed, stopped, seconds
        self.counts = {c.execution_count: c for c in nb.cells if c.get("execution_count")}

    def question(self, entry):
        tests = [cell for cell in entry["cells"] if verdict.is_test(cell)]
        answers = [c for c in entry["cells"] if verdict.plays(c, "solution")]
        blank = bool(answers) and all(map(is_blank, answers))
        if not tests:
            return Question(entry["title"], OPEN if blank else BY_HAND, 0, ())
        said = [(cell_name(cell), self.message(cell)) for cell in tests]
        failed = tuple((name, message) for name, message in said if message)
        state = (OPEN if blank else FAILED) if failed else PASSED
        return Question(entry["title"], state, len(tests), () if state == OPEN else failed)

    def message(self, cell):
        if cell_name(cell) in self.changed:
            return (
                "This test cell is not the one that was handed out. It is put back before "
                "grading, so what it says here does not count: take it from a fresh copy."
            )
        if self.stopped and not cell.get("execution_count"):
            return f"Did not run: {self.stopped}."
        error = _error(cell)
        if error is not None and error.ename == "NameError":
            hint = _where_defined(self.nb, cell, getattr(error, "evalue", ""))
            if hint:
                return f"NameError: {hint}"
        if error is None:
            return _partial(cell)
        return verdict.explain(cell, set(), self.counts, self.seconds)


def _is_asked(entry):
    """Tell whether an entry is a question, and not a cell of the student's own that failed."""
    return any(cell.metadata.get("nbgrader") for cell in entry["cells"]) and entry["points"] > 0


def _error(cell):
    outputs = cell.get("outputs", [])
    return next((out for out in outputs if out.output_type == "error"), None)


def _partial(cell):
    """What to say of a test that gave a part of its points; None where it gave all."""
    results = [out for out in cell.get("outputs", []) if out.output_type == "execute_result"]
    if not results:
        return None
    alone = copy.deepcopy(cell)
    alone.outputs = results  # a warning on the error stream costs no marks
    score, points = determine_grade(alone)
    return None if score >= points else f"{score:g} of {points:g} points: some of it holds."


def _worked(cell):
    """Tell whether a cell, as it was saved, had run without an error."""
    return cell.cell_type == "code" and bool(cell.get("execution_count")) and _error(cell) is None


def _where_defined(nb, cell, text):
    """What the notebook says of a name that a test cell did not find; None where nothing."""
    name = text.split("'")[1] if text.count("'") >= 2 else None
    if name is None:
        return None
    here = nb.cells.index(cell)
    places = [n for n, other in enumerate(nb.cells) if name in _defined_names(other)]
    if not places:
        return (
            f"no cell of the notebook defines {name!r}. A cell that was run and then deleted, or "
            "changed, is gone after a restart."
        )
    if min(places) > here:
        return f"{name!r} is defined only further down: move that cell above the test."
    return None


def _defined_names(cell):
    """The names that a code cell binds at its top level."""
    if cell.cell_type != "code":
        return set()
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return {word.strip("():") for word in cell.source.split()}
    names = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names.add(node.name)
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                names.add(part.id)
            elif isinstance(part, ast.alias):
                names.add((part.asname or part.name).split(".")[0])
    return names


def _warnings(nb, changed, stale, stopped, missing):
    if missing:
        yield (
            f"{', '.join(missing)}: gone from the notebook. Cells of the homework are put back "
            "before grading; take them from a fresh copy"
        )
    if stopped:
        yield f"the run ended early: {stopped}"
    tests = {cell_name(cell) for cell in nb.cells if verdict.is_test(cell)}
    for name in changed:
        if name not in tests:
            yield f"the locked cell {name} is changed; it is put back before grading"
    if stale:
        yield (
            f"{', '.join(stale)}: had run without an error when you saved, and fails after a "
            "restart. It worked because of something that is no longer in the notebook, or that "
            "stands below it"
        )
    for number, cell in enumerate(nb.cells, start=1):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                yield (
                    f"{cell_name(cell) or f'cell {number}'} writes to the error stream: "
                    f"{output.text.strip().splitlines()[-1][:120]}"
                )


def text(report):
    """A report as text for the terminal: a line a question, a message a test that failed."""
    lines = [f"{report.path.name}: ran from a fresh start in {report.seconds:.1f} s", ""]
    width = max((len(question.title) for question in report.questions), default=0)
    for question in report.questions:
        lines.append(f"  {question.title:{width}}  {_state(question)}")
        for name, message in question.messages:
            first, *rest = message.split("\n")
            lines += [f"    {name}: {first}", *(f"      {line}" for line in rest if line)]
    lines += ["", *(f"  note: {warning}." for warning in report.warnings)]
    tested = [question for question in report.questions if question.tests]
    passed = sum(question.state == PASSED for question in tested)
    lines.append(f"Visible tests passed in {passed} of {len(tested)} questions.")
    lines.append(
        "This is not your mark: hidden tests ask the same of other numbers and shapes, and "
        "written answers are read by a person."
    )
    return "\n".join(lines)


def _state(question):
    if question.state == PASSED:
        return "visible tests passed"
    if question.state == FAILED:
        return f"{len(question.messages)} of {question.tests} visible tests failed"
    return question.state if question.state == OPEN else "answered; read by a person"
