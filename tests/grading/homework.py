"""A homework as tests see it: its notebooks, its bank, and its test cells run in this process.

Without nbgrader's pipeline and without zones; the slow tests go through those once more.
"""

import contextlib
import functools
import io
import signal
import warnings
from pathlib import Path

import matplotlib
import torch

from dlcourse.grading import bank, course
from dlcourse.grading.restore import cell_name

ROOT = Path(__file__).parents[2]
HOMEWORKS = course.homeworks(ROOT)
HAS_ALARM = hasattr(signal, "SIGALRM")


class Homework:
    """One homework. answers: the model answers by question. questions: those with code."""

    def __init__(self, name):
        self.name = name
        self.solution = course.read_notebook(course.solution_path(ROOT, name))
        self.release = course.read_notebook(ROOT / "assignments" / name / f"{name}.ipynb")
        self.variants = bank.load(ROOT / "tests" / "banks" / name)
        self.answers = bank.model_answers(self.solution)
        cells = {cell_name(cell): cell for cell in self.solution.cells}
        self.questions = [q for q in self.answers if cells[q].cell_type == "code"]
        self.tests = [cell for cell in course.graded_cells(self.solution) if not cell.by_hand]

    def variant(self, question, name):
        return next(v for v in self.variants if (v.question, v.name) == (question, name))

    def failures(self, answers, question=None):
        """Run the notebook's code with these answers; the test cells that failed, with the reason.

        question: run the tests of this one alone. A warning on the error stream fails a test,
        because nbgrader takes it for a failure.
        """
        matplotlib.use("Agg")
        torch.set_grad_enabled(True)  # an answer before this one may have switched it off
        space, failed = {}, {}
        for cell in self.solution.cells:
            name = cell_name(cell)
            if cell.cell_type != "code" or name is None:
                continue
            is_test = cell.metadata.nbgrader.grade
            if is_test and question is not None and not name.startswith(f"{question}-"):
                continue
            source = answers.get(name, "") if cell.metadata.nbgrader.solution else cell.source
            with warnings.catch_warnings(record=True) as caught, time_limit(15):
                warnings.simplefilter("always")
                try:
                    with contextlib.redirect_stdout(io.StringIO()):
                        exec(compile(source, name, "exec"), space)
                except Exception as error:
                    failed[name] = error
                    continue
            if is_test and caught:
                failed[name] = caught[0].message
        return failed


load = functools.cache(Homework)


@contextlib.contextmanager
def time_limit(seconds):
    """Interrupt an endless loop, as nbgrader's cell timeout does."""

    def interrupt(signum, frame):
        raise TimeoutError("out of time")

    if not HAS_ALARM:
        yield
        return
    old = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
