"""A course in a folder of its own, with one small homework, for tests of the grading."""

import contextlib
import csv
import shutil
import sqlite3
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[2]
HIDDEN = "314159"  # stands in the hidden tests and nowhere else


def _cell(name, source, points=None, solution=False, markdown=False, tags=()):
    meta = {
        "grade": points is not None,
        "grade_id": name,
        "locked": not solution,
        "points": points,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is None:
        del meta["points"]
    make = new_markdown_cell if markdown else new_code_cell
    metadata = {"nbgrader": meta, **({"tags": list(tags)} if tags else {})}
    return make(source, id=name, metadata=metadata)


def notebook():
    """The instructor's notebook: two questions for the machine, 5 points; one by hand, 2."""
    cells = [
        new_markdown_cell("# A small homework", id="title"),
        _cell("imports", "import math", tags=["trusted"]),
        new_markdown_cell("## Question 1. Twice (3 points)", id="about-twice"),
        _cell(
            "twice",
            "def twice(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
            solution=True,
        ),
        _cell(
            "twice-small",
            "from dlcourse.grading import checks\n\n"
            'checks.array(twice(3), 6, "twice(3)", show=True)\n'
            "### BEGIN HIDDEN TESTS\n"
            f'checks.array(twice({HIDDEN}), 628318, "twice of a large number")\n'
            "### END HIDDEN TESTS",
            points=1,
        ),
        _cell(
            "twice-negative",
            "from dlcourse.grading import checks\n\n"
            'checks.array(twice(-1), -2, "twice(-1)", show=True)',
            points=2,
        ),
        new_markdown_cell("## Question 2. Root (2 points)", id="about-root"),
        _cell(
            "root",
            "def root(x):\n    ### BEGIN SOLUTION\n    return math.sqrt(x)\n    ### END SOLUTION",
            solution=True,
        ),
        _cell(
            "root-four",
            'from dlcourse.grading import checks\n\nchecks.array(root(4), 2, "root(4)")',
            points=2,
        ),
        new_markdown_cell("## Question 3. Why? (2 points)", id="about-why"),
        _cell(
            "why",
            "### BEGIN SOLUTION\nBecause.\n### END SOLUTION",
            points=2,
            solution=True,
            markdown=True,
        ),
    ]
    nb = new_notebook(cells=cells)
    nb.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    return nb


def make(folder, cell_seconds=4):
    """Write the course into a folder, with the project's own nbgrader configuration."""
    folder = Path(folder)
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    assert "c.Execute.timeout = 15" in config
    config = config.replace("c.Execute.timeout = 15", f"c.Execute.timeout = {cell_seconds}")
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    place = folder / "solutions" / "small"
    place.mkdir(parents=True)
    nbformat.write(notebook(), place / "small.ipynb")
    return folder


def hand_in(folder, student, submission, name="small.ipynb"):
    """Put a submission (a notebook, bytes, or None for an empty folder) where it belongs."""
    place = Path(folder) / "grades" / "submitted" / student / "small"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if isinstance(submission, bytes):
        (place / name).write_bytes(submission)
    elif submission is not None:
        nbformat.write(submission, place / name)


def contents(folder):
    """All that a class's gradebook holds of the homework, without ids and order: those are random.

    Read with sqlite3 alone, past nbgrader's and the course's own code.
    """
    submitted = (
        "JOIN submitted_notebook ON submitted_notebook.id = {0}.notebook_id "
        "JOIN submitted_assignment "
        "ON submitted_assignment.id = submitted_notebook.assignment_id"
    )
    with contextlib.closing(sqlite3.connect(Path(folder) / "grades" / "gradebook.db")) as db:
        grades = db.execute(
            "SELECT student_id, base_cell.name, auto_score, manual_score, extra_credit, "
            "needs_manual_grade, max_score, timestamp, late_submission_penalty "
            "FROM grade JOIN base_cell ON base_cell.id = grade.cell_id "
            "JOIN grade_cells ON grade_cells.id = base_cell.id " + submitted.format("grade")
        ).fetchall()
        comments = db.execute(
            "SELECT student_id, base_cell.name, auto_comment, manual_comment "
            "FROM comment JOIN base_cell ON base_cell.id = comment.cell_id "
            + submitted.format("comment")
        ).fetchall()
        cells = db.execute("SELECT name, source, locked FROM source_cell").fetchall()
        students = db.execute("SELECT id FROM student").fetchall()
    return {
        "grades": sorted(grades, key=repr),
        "comments": sorted(comments, key=repr),
        "cells": sorted(cells),
        "students": sorted(students),
    }


def csv_lines(folder):
    """The lines of grades.csv by student, without what depends on how busy the machine was."""
    path = Path(folder) / "grades" / "small" / "grades.csv"
    with open(path, newline="", encoding="utf-8") as file:
        lines = [*csv.DictReader(file)]
    for line in lines:
        del line["seconds"], line["peak_memory_mib"]
    return {line["student"]: line for line in lines}
