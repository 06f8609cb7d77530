"""`dlcourse grade`: a class of submissions into marks, a table, grades.csv and feedback pages."""

import os
import sys
import tempfile
from pathlib import Path

from dlcourse.grading import batch, classroom, course, report
from dlcourse.grading.gradebook import Writer


def add_arguments(parser):
    parser.add_argument("homework", help="which homework, as hw1")
    parser.add_argument(
        "--submitted",
        metavar="DIR",
        type=Path,
        help="where the submissions lie, as DIR/STUDENT/HOMEWORK/ (default: grades/submitted)",
    )
    parser.add_argument(
        "--student", metavar="ID", help="grade this student alone; the others keep their lines"
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="invent a class of every kind of submission first, and grade that",
    )
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="N")
    defaults = batch.Limits()
    parser.add_argument(
        "--seconds",
        type=float,
        default=defaults.seconds,
        help=f"time for one submission in seconds (default: {defaults.seconds:g})",
    )
    parser.add_argument(
        "--memory",
        type=float,
        default=defaults.memory,
        help=f"memory for one submission in MiB (default: {defaults.memory:g})",
    )


def run(args):
    try:
        limits = batch.Limits(seconds=args.seconds, memory=args.memory)
        root = course.find_root()
        submitted = args.submitted or root / "grades" / "submitted"
        if args.demo:
            course.solution_path(root, args.homework)
            classroom.place(root, args.homework, submitted)
        rows = grade(root, args.homework, submitted, limits, args.jobs, args.student)
    except course.CourseError as error:
        print(f"dlcourse grade: {error}", file=sys.stderr)
        return 2
    print(report.table(rows))
    print(f"\ngrades: grades/{args.homework}/grades.csv    feedback: grades/feedback/")
    return 1 if any(row.state == "grader error" for row in rows) else 0


def grade(root, homework, submitted, limits=None, jobs=2, student=None):
    """Grade submissions, enter them in the gradebook, write grades.csv and the feedback pages.

    submitted: a folder with STUDENT/HOMEWORK/ in it. student: the one to grade, or None for all.
    Returns a report.Row for each, sorted by student. CourseError where there is nothing to grade.
    """
    course.solution_path(root, homework)
    submissions = batch.find_submissions(submitted, homework)
    if student is not None:
        submissions = {name: path for name, path in submissions.items() if name == student}
    if not submissions:
        raise course.CourseError(
            f"no submissions for {homework} in {submitted}: they belong in {submitted}/"
            f"{student or 'STUDENT'}/{homework}/{homework}.ipynb (for an invented class: --demo)"
        )
    writer = Writer(root, homework)
    rows = []
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as workplace:
        outcomes = batch.grade_class(root, homework, submissions, workplace, limits, jobs)
        for number, outcome in enumerate(outcomes, start=1):
            row = _enter(writer, outcome, submissions[outcome.student])
            rows.append(row)
            print(
                f"[{number}/{len(submissions)}] {row.student}: {row.state} ({row.seconds:.0f} s)",
                file=sys.stderr,
            )
    rows = sorted((_feedback(writer, row) for row in rows), key=lambda row: row.student)
    questions = list(dict.fromkeys(name.split("-")[0] for name in writer.order))
    report.write_csv(Path(root) / "grades" / homework / "grades.csv", rows, questions, student)
    return rows


def _enter(writer, outcome, folder):
    """The row of an outcome; a graded one is entered in the gradebook first."""
    state, note, marks = outcome.state, outcome.note, None
    if state == batch.GRADED:
        marks = writer.save(outcome.student, outcome.notebook, folder)
        state = batch.AWAITING if marks.pending else batch.GRADED
    return report.Row(outcome.student, state, marks, outcome.seconds, outcome.memory, note)


def _feedback(writer, row):
    """Write the page of a row; the row, which says so where nbgrader could not."""
    if row.marks is not None:
        try:
            writer.feedback(row.student)
            return row
        except course.CourseError as error:
            note = f"{row.note}; no feedback page: {error}".lstrip("; ")
            return report.Row(row.student, row.state, row.marks, row.seconds, row.memory, note)
    page = writer.feedback_page(row.student)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(report.failure_page(writer.homework, row), encoding="utf-8")
    return row
