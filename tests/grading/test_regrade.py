"""A corrected test: who changes and by how much, before anything is written."""

import shutil
import sqlite3
from contextlib import closing

import nbformat
import pytest
from nbgrader.api import Gradebook

from dlcourse.cli import main
from dlcourse.grading import batch
from dlcourse.grading.course import CourseError


def correct(root, old="checks.array(root(4), 2,", new="checks.array(root(9), 3,", cell="root-four"):
    """The instructor corrects a test."""
    path = root / "solutions" / "small" / "small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    (found,) = (c for c in notebook.cells if c.id == cell)
    assert old in found.source
    found.source = found.source.replace(old, new)
    nbformat.write(notebook, path)


def open_gradebook(root):
    return Gradebook(f"sqlite:///{root / 'grades' / 'gradebook.db'}", "dlcourse")


def by_hand(root, student, cell, **values):
    """What an instructor does in the formgrader."""
    with open_gradebook(root) as gradebook:
        grade = gradebook.find_grade(cell, "small", "small", student)
        for name, value in values.items():
            setattr(grade, name, value)
        gradebook.db.commit()


def grade(root, **options):
    return batch.grade(root, "small", root / "grades" / "submitted", batch.Options(**options))


def scores(summary):
    return {row.student: row.marks.score for row in summary.rows}


@pytest.fixture(scope="module")
def graded(small_course, answer, tmp_path_factory):
    """Three students after grading and marking by hand."""
    root = small_course.make(tmp_path_factory.mktemp("course"))
    small_course.hand_in(root, "ann", answer())
    small_course.hand_in(root, "ben", answer(root="def root(x):\n    return 2.0"))
    small_course.hand_in(root, "cay", answer(twice=None))
    assert scores(grade(root)) == {"ann": 5, "ben": 5, "cay": 2}
    for student in ("ann", "ben"):
        by_hand(root, student, "why", manual_score=1.5, needs_manual_grade=False)
    by_hand(root, "ben", "twice-small", extra_credit=0.5)
    # More than the test gave: an instructor overrules it.
    by_hand(root, "cay", "root-four", manual_score=1.0, needs_manual_grade=False)
    with open_gradebook(root) as gradebook:
        comment = gradebook.find_comment("why", "small", "small", "ben")
        comment.manual_comment = "Well said."
        gradebook.db.commit()
    return root


@pytest.fixture
def root(graded, tmp_path):
    return shutil.copytree(graded, tmp_path / "course")


def test_nothing_is_written_without_a_yes(root, small_course, monkeypatch, capsys):
    before = small_course.contents(root)
    correct(root)
    monkeypatch.chdir(root)
    assert main(["grade", "small"]) == 3
    said = capsys.readouterr()
    assert "The marks of 1 of 3 submissions change" in said.out
    (line,) = [line for line in said.out.split("\n") if "root 2 → 0" in line and "held" not in line]
    assert line.split()[:4] == ["ben", "7", "5", "-2"]
    assert "not entered" in said.err
    assert "--yes" in said.err
    assert small_course.contents(root) == before
    assert small_course.csv_lines(root)["ben"]["score"] == "7"
    assert "held back: root 2 → 0" in small_course.csv_lines(root)["ben"]["note"]
    assert [*(root / "grades").glob("gradebook-*")] == []

    # The second time nothing is run again, and a yes enters what was shown.
    assert main(["grade", "small", "--yes"]) == 0
    said = capsys.readouterr()
    assert "3 kept from an earlier run" in said.out
    assert "[1/" not in said.err
    after = small_course.contents(root)
    changed = [now for now in after["grades"] if now not in before["grades"]]
    assert [row[:3] for row in changed] == [("ben", "root-four", 0.0)]
    assert after["comments"] == before["comments"]
    assert ("ben", "why", None, "Well said.") in after["comments"]
    assert after["cells"] != before["cells"]
    assert small_course.csv_lines(root)["ben"]["score"] == "5"
    assert small_course.csv_lines(root)["ben"]["note"] == ""

    (backup,) = (root / "grades").glob("gradebook-*.db")
    with closing(sqlite3.connect(backup)) as db:
        rows = db.execute("SELECT auto_score FROM grade WHERE auto_score IS NOT NULL").fetchall()
    assert sum(score for (score,) in rows) == sum(row[2] or 0 for row in before["grades"])


@pytest.mark.slow
def test_an_answer_at_the_terminal(root, small_course, monkeypatch, capsys):
    before = small_course.contents(root)
    correct(root)
    monkeypatch.chdir(root)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: "")
    assert main(["grade", "small"]) == 3
    assert small_course.contents(root) == before
    monkeypatch.setattr("builtins.input", lambda prompt: "y")
    assert main(["grade", "small"]) == 0
    assert small_course.contents(root) != before


@pytest.mark.slow
def test_hand_marks_stay_settled(root, small_course):
    """A mark given by hand needs a second look only where what it was given for has changed."""
    correct(root)
    summary = grade(root, confirm=lambda text: True)
    found = {row[:2]: row[2:6] for row in small_course.contents(root)["grades"]}
    assert found["ann", "why"] == (None, 1.5, None, 0)
    assert found["ben", "twice-small"] == (1.0, None, 0.5, 0)
    assert found["cay", "root-four"] == (2.0, 1.0, None, 0)
    assert {row.student: row.state for row in summary.rows} == {
        "ann": "graded",
        "ben": "graded",
        "cay": "graded and awaiting hand marks",
    }
    assert [change.student for change in summary.changes] == ["ben"]


def test_one_question(root, small_course):
    """Two tests are corrected; with --question only the marks of one change."""
    correct(root)
    correct(root, "checks.array(twice(-1), -2", "checks.array(twice(-1), -5", "twice-negative")
    before = {row[:2]: row[2] for row in small_course.contents(root)["grades"]}
    summary = grade(root, question="root", confirm=lambda text: True)
    after = {row[:2]: row[2] for row in small_course.contents(root)["grades"]}
    assert {key for key in after if after[key] != before[key]} == {("ben", "root-four")}
    assert scores(summary) == {"ann": 6.5, "ben": 5, "cay": 1}
    page = (root / "grades/feedback/ann/small/small.html").read_text("utf-8")
    assert "twice(-1) has" not in page  # the message of a test whose mark did not change

    # The rest comes with the whole homework, and is shown first.
    told = []
    summary = grade(root, confirm=lambda text: told.append(text) or True)
    assert summary.kept == 3
    assert "twice 3 → 1" in told[0]
    assert scores(summary) == {"ann": 4.5, "ben": 3, "cay": 1}


@pytest.mark.slow
def test_one_question_of_whoever_handed_in_again(root, small_course, answer):
    small_course.hand_in(root, "ann", answer(twice=None))
    small_course.hand_in(root, "new", answer())
    correct(root)
    before = small_course.contents(root)["grades"]
    summary = grade(root, question="root", confirm=lambda text: True)
    notes = {row.student: row.note for row in summary.rows}
    assert "handed in again" in notes["ann"]
    assert "no marks yet" in notes["new"]
    after = small_course.contents(root)["grades"]
    assert [row for row in after if row[0] == "ann"] == [row for row in before if row[0] == "ann"]
    assert not any(row[0] == "new" for row in after)


def test_no_such_question(root):
    with pytest.raises(
        CourseError, match="no question 'roots' in small; there are: twice, root, why"
    ):
        grade(root, question="roots")


@pytest.mark.slow
def test_a_new_submission_changes_marks_only_after_a_yes(root, small_course, answer):
    small_course.hand_in(root, "cay", answer())
    small_course.hand_in(root, "new", answer())
    summary = grade(root)
    assert summary.held_back
    # Nothing of hers stood in the gradebook: it is entered.
    assert scores(summary)["new"] == 5
    assert scores(summary)["cay"] == 1
    summary = grade(root, confirm=lambda text: True)
    assert summary.kept == 4
    assert [change.parts for change in summary.changes] == [["twice 0 → 3"]]
    assert scores(summary)["cay"] == 4


@pytest.mark.slow
def test_a_penalty_for_a_deadline_that_was_set_late(root, small_course, answer):
    """nbgrader's plug-in gives no marks for late work; the class's due date is set afterwards."""
    stamp = root / "grades" / "submitted" / "ben" / "small" / "timestamp.txt"
    stamp.write_text("2026-03-02 12:00:00 UTC", encoding="utf-8")
    assert not grade(root).changes
    with open_gradebook(root) as gradebook:
        gradebook.update_or_create_assignment("small", duedate="2026-03-01 12:00:00 UTC")
    config = root / "nbgrader_config.py"
    config.write_text(
        config.read_text("utf-8") + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n", "utf-8"
    )
    told = []
    summary = grade(root, confirm=lambda text: told.append(text) or True)
    assert "late penalty 0 → 7" in told[0]
    assert scores(summary) == {"ann": 6.5, "ben": 0, "cay": 1}


@pytest.mark.slow
def test_points_that_change(root, small_course):
    path = root / "solutions" / "small" / "small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id == "root-four":
            cell.metadata.nbgrader.points = 4
    nbformat.write(notebook, path)
    summary = grade(root)
    assert summary.held_back
    assert len(summary.changes) == 3
    assert "points 7 → 9" in summary.changes[0].parts
    assert small_course.csv_lines(root)["ann"]["max_score"] == "7"


@pytest.mark.slow
def test_cells_cannot_come_or_go_after_the_first_grading(root):
    path = root / "solutions" / "small" / "small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "root-four"]
    nbformat.write(notebook, path)
    with pytest.raises(CourseError, match="Cannot add or remove cells"):
        grade(root)


@pytest.mark.slow
def test_a_gradebook_that_was_lost_is_made_again(root, small_course):
    before = {row[:3] for row in small_course.contents(root)["grades"]}
    (root / "grades" / "gradebook.db").unlink()
    summary = grade(root)
    assert summary.kept == 3
    assert {row[:3] for row in small_course.contents(root)["grades"]} == before
