"""The one writer of the class's gradebook.

Submissions are graded in course folders of their own; what came out is entered here, by nbgrader's
own preprocessors, so that hand marks, late penalties and the formgrader work as always. All that
belongs to one submission is entered in one transaction: whenever this process ends, a submission
stands in the gradebook as it was or as it is to be.
"""

import hashlib
import io
import json
import sqlite3
import tempfile
import time
import zipfile
from contextlib import closing
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc

from dlcourse.grading import assignments, course, fingerprint, rows
from dlcourse.grading.journal import write
from dlcourse.grading.marks import Mark, Marks
from dlcourse.grading.restore import cell_name
from dlcourse.grading.transaction import EnterGrades, OneTransaction

TIMESTAMP = "timestamp.txt"  # nbgrader's note of when a submission was handed in


class Writer:
    """Enters graded submissions of one homework into the gradebook, and reads marks from it.

    output: a folder that takes the place of the course's `grades`, or None. url: another gradebook,
    to try out what would happen.
    """

    def __init__(self, root, homework, output=None, url=None):
        self.root, self.homework, self.output = Path(root).resolve(), homework, output
        self.config = course.configuration(self.root, output)
        self._trial = url is not None
        if self._trial:
            self.config.CourseDirectory.db_url = url
        solution = course.read_notebook(course.solution_path(root, homework))
        self.order = [cell.id for cell in course.graded_cells(solution)]
        course.make_gradebook(self.config)
        self.api = course.open_api(self.config)
        self.url = self.config.CourseDirectory.db_url
        self._gradebook = OneTransaction(self.url, self.config.CourseDirectory.course_id)
        self._late = AssignLatePenalties(config=self.config)
        self._late.init_plugin()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._gradebook.close()

    def define(self):
        """Enter the homework itself: its cells and their points, as the instructor has them now."""
        with tempfile.TemporaryDirectory() as elsewhere:
            # The release goes elsewhere: assignments/ belongs to `dlcourse assignments`.
            config = course.load_config(self.root, release_directory=elsewhere, db_url=self.url)
            assignments.record(course.open_api(config), self.homework)

    def definition(self):
        """What the gradebook knows of the homework's cells, or None: equal for equal homework."""
        with self._gradebook.transaction() as gradebook:
            try:
                notebook = gradebook.find_notebook(self.homework, self.homework)
            except MissingEntry:
                return None
            points = [
                (cell.name, cell.max_score)
                for cell in (*notebook.grade_cells, *notebook.task_cells)
            ]
            sources = [
                (cell.name, cell.cell_type, cell.locked, cell.source)
                for cell in notebook.source_cells
            ]
            answers = [cell.name for cell in notebook.solution_cells]
        return sorted(points), sorted(sources), sorted(answers)

    def students(self):
        """The students who have marks for this homework."""
        with self._gradebook.transaction() as gradebook:
            try:
                return {
                    submission.student_id
                    for submission in gradebook.assignment_submissions(self.homework)
                }
            except MissingEntry:
                return set()

    def enter(self, student, notebook, timestamp, only=None):
        """Enter the marks of a graded notebook in one transaction; return the Marks.

        notebook: as bytes. timestamp: when it was handed in, or None. only: the names of the cells
        whose marks are entered; the others keep theirs. A mark given by hand stays, with its
        comment; it counts as settled where what it was given for has not changed.
        """
        graded = nbformat.reads(notebook.decode(), as_version=4)
        with self._gradebook.transaction() as gradebook:
            gradebook.update_or_create_student(student)
            submission = gradebook.update_or_create_submission(
                self.homework, student, timestamp=timestamp
            )
            found = rows.of_submission(gradebook, self.homework, student)
            settled = self._settled(student, graded, found)
            EnterGrades(found, self.homework, student, only).preprocess(graded, {})
            for grade in found.grades:
                if (grade.name, grade.auto_score) in settled:
                    grade.needs_manual_grade = False
            found.late_submission_penalty = None
            gradebook.db.flush()
            gradebook.db.expire_all()
            found.late_submission_penalty = self._penalty(submission, found)
            # Placed first: a kill between the two leaves marks that are entered again.
            if not self._trial:
                self._place(student, notebook)
            gradebook.keep()
        return self.marks(student)

    def marks(self, student):
        """The Marks of a student's submission as the gradebook has them, hand marks included."""
        with self._gradebook.transaction() as gradebook:
            notebook = rows.of_submission(gradebook, self.homework, student)
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

    def holds(self, student, marks, timestamp):
        """Tell whether the gradebook has just these automatic marks of a student's submission.

        And whether the submission was handed in when it says, with the penalty that this gives.
        """
        with self._gradebook.transaction() as gradebook:
            try:
                found = rows.of_submission(gradebook, self.homework, student)
            except MissingEntry:
                return False
            submission = found.assignment
            return (
                _given((grade.name, grade.auto_score) for grade in found.grades)
                == _given(marks.items())
                and submission.timestamp == timestamp
                and (found.late_submission_penalty or 0) == (self._penalty(submission, found) or 0)
                and self.graded_path(student).is_file()
            )

    def digest(self, student):
        """A hash of all that a student's feedback page is made from."""
        with self._gradebook.transaction() as gradebook:
            notebook = rows.of_submission(gradebook, self.homework, student)
            grades = [
                (
                    grade.name,
                    grade.max_score,
                    grade.auto_score,
                    grade.manual_score,
                    grade.extra_credit,
                    grade.needs_manual_grade,
                )
                for grade in notebook.grades
            ]
            comments = [(comment.name, comment.comment) for comment in notebook.comments]
            parts = [sorted(grades), sorted(comments), notebook.late_submission_penalty]
        page = hashlib.sha256(json.dumps([*parts, fingerprint.pages()]).encode())
        if self.graded_path(student).is_file():
            page.update(self.graded_path(student).read_bytes())
        return page.hexdigest()

    def feedback(self, student):
        """Write a student's feedback page; return its path. CourseError where nbgrader cannot."""
        outcome = self.api.generate_feedback(self.homework, student, force=True)
        page = self.feedback_page(student)
        if not outcome["success"] or not page.is_file():
            raise course.CourseError(course.reason(outcome))
        return page

    def feedback_page(self, student):
        """Where a student's feedback page lies."""
        return self._folder("feedback") / student / self.homework / f"{self.homework}.html"

    def graded_path(self, student):
        """Where a student's graded notebook lies."""
        return self._folder("autograded") / student / self.homework / f"{self.homework}.ipynb"

    def copy(self, path):
        """Copy the gradebook, as it is at one moment, into a new file."""
        if not self.url.startswith("sqlite:///"):
            raise course.CourseError(
                f"the gradebook {self.url.split('://')[0]} is no SQLite file and cannot be copied: "
                "regrade with nbgrader itself"
            )
        source = self.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(path)) as there:
            here.backup(there)
        return path

    def back_up(self):
        """Copy the gradebook beside itself, under the time of day; return where it is."""
        path = Path(self.url.removeprefix("sqlite:///"))
        stamp = time.strftime("%Y%m%d-%H%M%S")
        return self.copy(path.with_name(f"{path.stem}-{stamp}{path.suffix}"))

    def _place(self, student, notebook):
        """Put a graded notebook, as bytes, where the formgrader looks for it."""
        path = self.graded_path(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        for other in path.parent.iterdir():  # of a submission before
            if other != path and other.is_file():
                other.unlink()
        write(path, notebook)

    def _penalty(self, submission, notebook):
        """What the course's plug-in takes off for handing in late; None where it was in time."""
        late = submission.total_seconds_late
        if late <= 0:
            return None
        student = submission.student_id
        penalty = self._late.plugin_inst.late_submission_penalty(student, notebook.score, late)
        return None if penalty is None else self._late._check_late_penalty(notebook, penalty)

    def _settled(self, student, graded, found):
        """The hand marks that need no second look: (cell, automatic mark) that they were given for.

        A written answer has no automatic mark; there the answer itself must be as it was.
        """
        given = [g for g in found.grades if g.manual_score is not None]
        given = [g for g in given if not g.needs_manual_grade]
        if not given or not self.graded_path(student).is_file():
            return set()
        before, now = _sources(course.read_notebook(self.graded_path(student))), _sources(graded)
        return {
            (grade.name, grade.auto_score)
            for grade in given
            if grade.auto_score is not None or before.get(grade.name) == now.get(grade.name)
        }

    def _folder(self, step):
        return (
            Path(self.config.CourseDirectory.root)
            / self.config.CourseDirectory[f"{step}_directory"]
        )


def defines(writer, archive):
    """Tell whether the gradebook knows the homework as a course archive has it."""
    known = writer.definition()
    if known is None:
        return False
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder:
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            path = file.extract("grades/gradebook.db", folder)
        with Writer(writer.root, writer.homework, url=f"sqlite:///{path}") as fresh:
            return fresh.definition() == known


def timestamp(files):
    """When a submission was handed in, from nbgrader's timestamp.txt; None where it is not said."""
    said = files.get(TIMESTAMP)
    if said is None:
        return None
    try:
        return parse_utc(said.decode().strip())
    except (ValueError, OverflowError):
        return None


def _sources(notebook):
    return {cell_name(cell): cell.source for cell in notebook.cells if cell_name(cell)}


def _given(marks):
    return {name: float(score) for name, score in marks if score is not None}
