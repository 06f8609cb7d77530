"""The page that a student reads after grading.

nbgrader's own page shows the restored test cells whole, hidden tests included, and tracebacks that
quote them. HideTests takes both out and arranges what is left by question: points, the student's
answer, what each test says. From the first hidden test on, nothing that the student's code printed
or drew is shown: it may have seen a hidden input.
"""

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from dlcourse.grading import harmless, verdict
from dlcourse.grading.questions import questions

TEMPLATES = str(Path(__file__).parent / "templates")


class FeedbackExporter(HTMLExporter):
    """The page's layout; a name of its own keeps the formgrader's templates out of it."""

    def default_filters(self):
        yield from super().default_filters()
        yield "answer", lambda cell: harmless.render(cell.source, cell.get("attachments"))
        yield "comment", harmless.render


class HideTests(NbGraderPreprocessor):
    """nbgrader preprocessor for feedback: hides the tests, arranges the page by question."""

    def preprocess(self, nb, resources):
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            submission = gradebook.find_submission_notebook(
                info["notebook"], info["assignment"], info["student"]
            )
            pending = {grade.name for grade in submission.grades if grade.needs_manual_grade}
        hide(nb, timeout=self.config.Execute.get("timeout", 30))
        resources["dlcourse"] = {"questions": questions(nb, pending)}
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
