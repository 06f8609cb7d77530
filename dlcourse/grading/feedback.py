"""The page that a student reads after grading.

nbgrader's own page shows the restored test cells whole, hidden tests included, and tracebacks that
quote them. HideTests takes both out and arranges what is left by question: points, the student's
answer, what each test says. From the first hidden test on, nothing that the student's code printed
or drew is shown: it may have seen a hidden input.
"""

from pathlib import Path

from jinja2 import BytecodeCache
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor

from dlcourse.grading import harmless, rows, verdict
from dlcourse.grading.questions import questions

TEMPLATES = str(Path(__file__).parent / "templates")


class _Compiled(BytecodeCache):
    """Templates compiled once a process: nbconvert makes a Jinja environment for each page."""

    def __init__(self):
        self._codes = {}

    def load_bytecode(self, bucket):
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


class FeedbackExporter(HTMLExporter):
    """The page's layout; a name of its own keeps the formgrader's templates out of it."""

    def from_notebook_node(self, nb, resources=None, **options):
        # HTMLExporter's own parses the finished page to describe pictures without a description.
        # Here each has one (harmless.py).
        return TemplateExporter.from_notebook_node(self, nb, resources, **options)

    def _create_environment(self):
        environment = super()._create_environment()
        environment.bytecode_cache = _COMPILED
        return environment

    def default_filters(self):
        yield from super().default_filters()
        yield "highlight_code", harmless.code
        yield "answer", harmless.answer
        yield "comment", harmless.render


class Grades(GetGrades):
    """nbgrader's GetGrades in a few queries; notes also which marks wait for a person."""

    def preprocess(self, nb, resources):
        info = resources["nbgrader"]
        self.notebook_id, self.assignment_id = info["notebook"], info["assignment"]
        self.student_id = info["student"]
        with Gradebook(info["db_url"]) as gradebook:
            found = rows.of_submission(
                gradebook, self.assignment_id, self.student_id, self.notebook_id
            )
            self.gradebook = rows.Rows(found)
            nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)
            penalty = found.late_submission_penalty or 0
            info["score"], info["max_score"] = found.score - penalty, found.max_score
            info["late_penalty"] = penalty
            pending = {grade.name for grade in found.grades if grade.needs_manual_grade}
        resources["dlcourse"] = {"pending": pending}
        return nb, resources


class HideTests(NbGraderPreprocessor):
    """nbgrader preprocessor for feedback: hides the tests, arranges the page by question.

    Takes what waits for a person from Grades, which runs before it.
    """

    def preprocess(self, nb, resources):
        hide(nb, timeout=self.config.Execute.get("timeout", 30))
        pending = resources["dlcourse"]["pending"]
        resources["dlcourse"]["questions"] = questions(nb, pending)
        return nb, resources


def hide(nb, timeout):
    """Take hidden tests, and all that may carry a hidden input, out of a graded notebook.

    A test cell keeps its visible lines, a student's cell that ran later keeps its source; what is
    to be said of either goes into the cell's metadata as `dlcourse_message`. Changes `nb`.
    """
    counts = {cell.execution_count: cell for cell in nb.cells if cell.get("execution_count")}
    seen_hidden, changes = False, []
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        if verdict.is_test(cell):
            hidden = verdict.hidden_lines(cell.source)
            message = verdict.explain(cell, hidden, counts, timeout, seen_hidden)
            seen_hidden = seen_hidden or bool(hidden)
            changes.append((cell, message, verdict.visible_part(cell.source)))
        elif seen_hidden:
            message = verdict.of_own_cell(cell) if cell.outputs else None
            changes.append((cell, message, cell.source))
    # Not before all have been looked at: a message quotes lines of other cells.
    for cell, message, source in changes:
        cell.metadata["dlcourse_message"] = message
        cell.source, cell.outputs = source, []
