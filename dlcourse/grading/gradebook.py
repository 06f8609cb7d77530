"""The one writer of the class's gradebook.

Submissions are graded in course folders of their own; what came out is entered here, by nbgrader's
own preprocessors, so that hand marks, late penalties and the formgrader work as always.
"""

import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SAWarning

from dlcourse.grading import assignments, course


@dataclass(frozen=True)
class Mark:
    """One graded cell of one submission. automatic is None where a person marks it."""

    cell: str
    score: float
    points: float
    automatic: float | None
    pending: bool


@dataclass(frozen=True)
class Marks:
    """All marks of one submission. penalty: points taken off for handing in late."""

    cells: tuple
    penalty: float

    @property
    def score(self):
        return sum(mark.score for mark in self.cells) - self.penalty

    @property
    def points(self):
        return sum(mark.points for mark in self.cells)

    @property
    def automatic(self):
        return sum(mark.automatic or 0.0 for mark in self.cells)

    @property
    def pending(self):
        """The points that wait for a person."""
        return sum(mark.points for mark in self.cells if mark.pending)

    def by_question(self):
        """Question to score, in the notebook's order."""
        scores = {}
        for mark in self.cells:
            question = mark.cell.split("-")[0]
            scores[question] = scores.get(question, 0.0) + mark.score
        return scores


class Writer:
    """Enters graded submissions of one homework into the gradebook, and reads marks from it."""

    def __init__(self, root, homework):
        self.root, self.homework = Path(root).resolve(), homework
        self.config = course.load_config(self.root)
        self.order = [
            cell.id
            for cell in course.graded_cells(
                course.read_notebook(course.solution_path(root, homework))
            )
        ]
        with tempfile.TemporaryDirectory() as elsewhere:
            # The release goes elsewhere: assignments/ belongs to `dlcourse assignments`.
            config = course.load_config(self.root, release_directory=elsewhere)
            assignments.record(course.open_api(config), homework)
        self.api = course.open_api(self.config)
        self.url = self.config.CourseDirectory.db_url

    def save(self, student, notebook_path, submission_folder):
        """Enter one graded notebook; keep it where the formgrader looks. Returns its Marks."""
        timestamp = _timestamp(submission_folder)
        with self._open() as gradebook, warnings.catch_warnings():
            # nbgrader 0.9 adds a submission's parts before the submission: harmless, but loud.
            warnings.simplefilter("ignore", SAWarning)
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(self.homework, student, timestamp=timestamp)
        resources = {
            "nbgrader": {
                "notebook": self.homework,
                "assignment": self.homework,
                "student": student,
                "db_url": self.url,
            }
        }
        notebook = course.read_notebook(notebook_path)
        for preprocessor in (SaveAutoGrades, AssignLatePenalties):
            preprocessor(config=self.config).preprocess(notebook, resources)
        place = self.root / self._folder("autograded") / student / self.homework
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        shutil.copyfile(notebook_path, place / f"{self.homework}.ipynb")
        return self.marks(student)

    def marks(self, student):
        """The Marks of a student's submission as the gradebook has them, hand marks included."""
        with self._open() as gradebook:
            notebook = gradebook.find_submission_notebook(self.homework, self.homework, student)
            found = {
                grade.name: Mark(
                    grade.name,
                    float(grade.score),
                    float(grade.max_score),
                    None if grade.auto_score is None else float(grade.auto_score),
                    # nbgrader asks for a second look at a hand mark after each regrading; the
                    # mark counts meanwhile, so nothing is missing.
                    bool(grade.needs_manual_grade) and grade.manual_score is None,
                )
                for grade in notebook.grades
            }
            penalty = float(notebook.late_submission_penalty or 0.0)
        return Marks(tuple(found[name] for name in self.order), penalty)

    def feedback(self, student):
        """Write a student's feedback page; return its path. CourseError where nbgrader cannot."""
        outcome = self.api.generate_feedback(self.homework, student, force=True)
        page = self.feedback_page(student)
        if not outcome["success"] or not page.is_file():
            raise course.CourseError(course.reason(outcome))
        return page

    def feedback_page(self, student):
        """Where a student's feedback page lies."""
        return (
            self.root / self._folder("feedback") / student / self.homework / f"{self.homework}.html"
        )

    def _folder(self, step):
        return self.config.CourseDirectory[f"{step}_directory"]

    def _open(self):
        return Gradebook(self.url, self.config.CourseDirectory.course_id)


def _timestamp(folder):
    """When a submission was handed in, from nbgrader's timestamp.txt; None where it is not said."""
    path = Path(folder) / "timestamp.txt"
    if not path.is_file():
        return None
    try:
        return parse_utc(path.read_text(encoding="utf-8").strip())
    except (ValueError, OverflowError):
        return None
