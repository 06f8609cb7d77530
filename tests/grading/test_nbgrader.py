"""nbgrader goes on working on the same files: commands, late penalties, hand marks, formgrader."""

import datetime
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

from dlcourse.grading import batch, course

# The rule that the page for instructors shows.
TEN_PERCENT = """

from nbgrader.plugins import LateSubmissionPlugin


class TenPercentADay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        days = -(-total_seconds_late // 86400)
        return min(score, 0.1 * score * days)


c.AssignLatePenalties.plugin_class = TenPercentADay
"""
DUE = datetime.datetime(2026, 11, 20, 23, 59)


@pytest.fixture
def late_course(small_course, answer, tmp_path):
    """The small course with a date and a penalty, and who handed in when."""
    root = small_course.make(tmp_path)
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(TEN_PERCENT)
    for student, when in (("punctual", "2026-11-20 23:58 UTC"), ("late", "2026-11-22 12:00 UTC")):
        small_course.hand_in(root, student, answer())
        place = root / "grades" / "submitted" / student / "small"
        (place / "timestamp.txt").write_text(when)
    (root / "grades").mkdir(exist_ok=True)
    with open_gradebook(root) as gradebook:
        gradebook.update_or_create_assignment("small", duedate=DUE)
    return root


def open_gradebook(root):
    return Gradebook(f"sqlite:///{root / 'grades' / 'gradebook.db'}", "dlcourse")


def test_the_gradebook_is_made_as_nbgrader_makes_it(small_course, tmp_path, monkeypatch):
    scripts = str(Path(sys.executable).parent)  # of `alembic`, which nbgrader starts
    monkeypatch.setenv("PATH", scripts, prepend=os.pathsep)
    config = course.load_config(small_course.make(tmp_path))
    course.make_gradebook(config)
    made = config.CourseDirectory.db_url.removeprefix("sqlite:///")
    Gradebook(f"sqlite:///{tmp_path / 'theirs.db'}", "dlcourse").close()
    found = []
    for path in (made, tmp_path / "theirs.db"):
        with closing(sqlite3.connect(path)) as db:
            tables = set(db.execute("SELECT type, name, tbl_name FROM sqlite_master"))
            columns = {
                (name, *column[1:4])
                for _, name, _ in tables
                for column in db.execute(f"PRAGMA table_info({name})")
            }
            version = db.execute("SELECT version_num FROM alembic_version").fetchall()
            found.append((tables, columns, version))
    assert found[0] == found[1]
    course.make_gradebook(config)  # a gradebook that is there stays


def test_the_page_for_instructors_shows_this_rule(root):
    page = (root / "book" / "instructor.md").read_text(encoding="utf-8")
    assert TEN_PERCENT.strip() in page


@pytest.mark.slow
def test_late_penalties_and_hand_marks(late_course):
    """1.5 days late are two begun days: a fifth of the score, hand marks included."""
    submitted = late_course / "grades" / "submitted"
    accept = batch.Options(confirm=lambda text: True)
    rows = {row.student: row for row in batch.grade(late_course, "small", submitted, accept).rows}
    assert rows["punctual"].marks.penalty == 0
    assert rows["late"].marks.penalty == pytest.approx(0.2 * 5)

    with open_gradebook(late_course) as gradebook:
        grade = gradebook.find_grade("why", "small", "small", "late")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        gradebook.db.commit()
    again = batch.Options(confirm=lambda text: True, fresh=True)
    rows = {row.student: row for row in batch.grade(late_course, "small", submitted, again).rows}
    assert rows["late"].marks.penalty == pytest.approx(0.2 * 7)
    assert rows["late"].marks.score == pytest.approx(0.8 * 7)
    page = late_course / "grades" / "feedback" / "late" / "small" / "small.html"
    assert "were taken off for handing in late" in page.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader 0.9 causes it itself
def test_nbgraders_own_commands(late_course):
    """`nbgrader autograde` and `generate_feedback`, as the formgrader's buttons call them."""
    api = course.open_api(course.load_config(late_course))
    for outcome in (
        api.generate_assignment("small", force=True, create=True),
        api.autograde("small", "late", force=True, create=True),
        api.generate_feedback("small", "late", force=True),
    ):
        assert outcome["success"], outcome
    with open_gradebook(late_course) as gradebook:
        submission = gradebook.find_submission("small", "late")
        assert (submission.score, submission.max_score) == (5, 7)
        assert submission.late_submission_penalty == pytest.approx(1.0)
        (waiting,) = (
            grade.name
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.needs_manual_grade
        )
        assert waiting == "why"
    release = course.read_notebook(late_course / "assignments" / "small" / "small.ipynb")
    assert "BEGIN" not in "".join(cell.source for cell in release.cells)
    page = late_course / "grades" / "feedback" / "late" / "small" / "small.html"
    assert "<script" not in page.read_text(encoding="utf-8")


def test_the_formgrader_reads_the_configuration(small_course, tmp_path, monkeypatch):
    """It makes its exporter out of what its own loading of nbgrader_config.py gives."""
    root = small_course.make(tmp_path)
    monkeypatch.chdir(root)
    extension = FormgradeExtension()
    extension.load_cwd_config = True
    config = extension.load_config()
    assert config.CourseDirectory.source_directory == "solutions"
    assert config.HTMLExporter.filters["markdown2html"] == "dlcourse.grading.harmless.markdown"
    assert config.HTMLExporter.preprocessors == ["dlcourse.grading.harmless.HarmlessNotebook"]
