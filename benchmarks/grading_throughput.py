"""Submissions a minute: `dlcourse grade` against `nbgrader autograde`, on the same two cores.

All are commands as an instructor types them, from the start of the interpreter to its end, on the
same class. Marks: `nbgrader autograde` against `dlcourse grade --no-pages`, which also collects,
keeps a journal and writes the table and grades.csv. Marks and pages: `nbgrader generate_feedback`
after it, against a second `dlcourse grade`.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import nbformat

from benchmarks import grading_class
from benchmarks.grading_class import HOMEWORK
from benchmarks.harness import Check, Report

NAME = "grading_throughput"
CORES = 2
REPEATS = 200  # of a student's own loop: about a tenth of a second
ROOT = Path(__file__).parent.parent

_STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"


def run(full=False, students=None):
    """The Report. students: how many submissions (default: 100, 12 for a short run)."""
    students = students or (100 if full else 12)
    report = Report(NAME)
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder, _cores():
        ours, stock = Path(folder).resolve() / "ours", Path(folder).resolve() / "stock"
        _make(ours, stock, students)
        computing = _computing(ours, students)
        grade = ("dlcourse", "grade", HOMEWORK, "--jobs", str(CORES))
        seconds = {
            "nbgrader autograde": _timed(stock, "nbgrader", "autograde", HOMEWORK),
            "nbgrader generate_feedback": _timed(stock, "nbgrader", "generate_feedback", HOMEWORK),
            "dlcourse marks": _timed(ours, *grade, "--no-pages"),
            "dlcourse pages": _timed(ours, *grade),
        }
        again = _timed(ours, *grade)
        _compare(ours / "grades" / "gradebook.db", stock / "gradebook.db", students)
    marks = students * 60 / seconds["dlcourse marks"]
    stock_marks = students * 60 / seconds["nbgrader autograde"]
    both = students * 60 / (seconds["dlcourse marks"] + seconds["dlcourse pages"])
    stock_both = (
        students * 60 / (seconds["nbgrader autograde"] + seconds["nbgrader generate_feedback"])
    )
    overhead = CORES * seconds["dlcourse marks"] / students - computing
    report.checks += [
        Check("marks: dlcourse grade --no-pages, submissions a minute", round(marks, 1)),
        Check("marks: nbgrader autograde, submissions a minute", round(stock_marks, 1)),
        Check("marks: times as fast", round(marks / stock_marks, 2), at_least=4),
        Check("marks: core-seconds a submission beside its own", round(overhead, 3), at_most=0.5),
        Check("marks and pages: dlcourse, submissions a minute", round(both, 1)),
        Check("marks and pages: nbgrader, submissions a minute", round(stock_both, 1)),
        Check("marks and pages: times as fast", round(both / stock_both, 2)),
        Check("seconds of a second run, nothing changed", round(again, 2)),
    ]
    report.facts |= {
        "students": students,
        "cores": CORES,
        "seconds": {name: round(taken, 2) for name, taken in seconds.items()},
        "seconds_of_own_computing": round(computing, 3),
    }
    return report


class _cores:
    """Keep this process and all that it starts on two cores, where the system lets it."""

    def __enter__(self):
        self._before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
        if self._before is not None:
            os.sched_setaffinity(0, sorted(self._before)[:CORES])

    def __exit__(self, *exception):
        if self._before is not None:
            os.sched_setaffinity(0, self._before)


def _make(ours, stock, students):
    """Two courses with the same homework and the same class."""
    grading_class.write(grading_class.solution(), ours / "solutions" / HOMEWORK)
    grading_class.write(grading_class.solution(), stock / "source" / HOMEWORK)
    shutil.copyfile(ROOT / "nbgrader_config.py", ours / "nbgrader_config.py")
    (stock / "nbgrader_config.py").write_text(_STOCK, encoding="utf-8")
    _timed(stock, "nbgrader", "generate_assignment", HOMEWORK)
    path = stock / "release" / HOMEWORK / f"{HOMEWORK}.ipynb"
    release = nbformat.read(path, as_version=4)
    for number in range(students):
        notebook = grading_class.hand_in(release, number, REPEATS)
        for folder in (ours / "grades" / "submitted", stock / "submitted"):
            grading_class.write(notebook, folder / f"s{number:03d}" / HOMEWORK)


def _timed(folder, module, *arguments):
    """The seconds that a command takes in a course's folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # One thread each, as dlcourse has it: submissions run side by side.
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment["PATH"] = str(Path(sys.executable).parent) + os.pathsep + environment["PATH"]
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OSError(f"{module} {arguments[0]} failed: {done.stderr.strip()[-500:]}")
    return time.perf_counter() - begin


def _computing(course, students):
    """The mean seconds of a submission's own cells, run in one process one after the other."""
    code = (
        "import sys, time, nbformat, numpy\n"
        "taken = 0.0\n"
        "for path in sys.argv[1:]:\n"
        "    cells = nbformat.read(path, as_version=4).cells\n"
        "    begin, space = time.perf_counter(), {}\n"
        "    for cell in cells:\n"
        "        if cell.cell_type == 'code' and not cell.metadata.nbgrader.grade:\n"
        "            exec(cell.source, space)\n"
        "    taken += time.perf_counter() - begin\n"
        "print(taken / len(sys.argv[1:]))"
    )
    paths = sorted(course.glob("grades/submitted/*/*/*.ipynb"))[: min(students, 10)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    said = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(said.stdout)


def _compare(ours, stock, students):
    """Raise OSError unless both gradebooks hold the marks that the answers have earned."""
    wanted = {
        (f"s{number:03d}", cell): points
        for number in range(students)
        for cell, points in grading_class.expected(number).items()
    }
    for path in (ours, stock):
        with closing(sqlite3.connect(path)) as db:
            found = db.execute(
                "SELECT student_id, base_cell.name, auto_score FROM grade "
                "JOIN base_cell ON base_cell.id = grade.cell_id "
                "JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id "
                "JOIN submitted_assignment "
                "ON submitted_assignment.id = submitted_notebook.assignment_id"
            ).fetchall()
        if {(student, cell): score for student, cell, score in found} != wanted:
            raise OSError(f"{path.parent.name}: the marks are not those that were earned")


if __name__ == "__main__":
    from benchmarks.record import table

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100)
    print(table(run(students=parser.parse_args().students)))
