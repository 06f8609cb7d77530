"""`dlcourse grade`: a class of submissions into marks, a table, grades.csv and feedback pages."""

import argparse
import os
import sys
from pathlib import Path

from dlcourse.grading import batch, bundle, classroom, collect, course, progress, report
from dlcourse.grading.unit import Limits, printable

HELD_BACK = 3  # exit code: marks would change, and nobody has said that they may


def add_arguments(parser):
    parser.add_argument("homework", nargs="?", help="which homework, as hw1")
    parser.add_argument(
        "--submitted",
        metavar="DIR",
        type=Path,
        help="what was handed in: DIR/STUDENT/HOMEWORK/, or the folder of notebooks or zip files "
        "that a learning management system exports (default: grades/submitted)",
    )
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        help="where gradebook, marks and pages go (default: grades)",
    )
    parser.add_argument(
        "--student", metavar="ID", help="grade this student alone; the others keep their lines"
    )
    parser.add_argument(
        "--question", metavar="ID", help="regrade this question alone; other marks stay"
    )
    parser.add_argument("--yes", action="store_true", help="enter marks that change without asking")
    parser.add_argument(
        "--fresh", action="store_true", help="grade again what has not changed since the last run"
    )
    parser.add_argument(
        "--no-pages",
        action="store_true",
        help="marks alone, sooner; the next run without this writes the feedback pages",
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="invent a class of every kind of submission first, and grade that",
    )
    parser.add_argument(
        "--bundle",
        metavar="FILE",
        type=Path,
        help="grade a submission that failed again, from the file that was kept of it",
    )
    parser.add_argument(
        "--jobs", type=count, default=_processors(), metavar="N", help="submissions at once"
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="send the submissions to a Dask cluster, as tcp://host:8786",
    )
    defaults = Limits()
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
    parser.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help="run student code with nothing around it: it can read and change whatever you can",
    )


def run(args):
    try:
        if args.bundle is not None:
            return _again(args.bundle)
        if args.homework is None:
            raise course.CourseError("name a homework, as `dlcourse grade hw1`")
        try:
            limits = Limits(seconds=args.seconds, memory=args.memory)
        except ValueError as error:
            raise course.CourseError(str(error)) from None
        root = course.find_root()
        submitted = args.submitted or root / "grades" / "submitted"
        arriving, _ = collect.collect(submitted, args.homework)
        names = classroom.NAMES if args.demo else {entry.student for entry in arriving}
        classroom.keep_apart(args.output or root / "grades", names)
        if args.demo:
            course.solution_path(root, args.homework)
            classroom.place(root, args.homework, submitted)
        options = batch.Options(
            limits=limits,
            jobs=args.jobs,
            scheduler=args.scheduler,
            student=args.student,
            question=args.question,
            output=args.output,
            fresh=args.fresh,
            pages=not args.no_pages,
            sandbox=not args.unsafe_no_sandbox,
            confirm=lambda text: _confirm(text, args.yes),
            progress=progress.shown,
        )
        summary = batch.grade(root, args.homework, submitted, options)
    except course.CourseError as error:
        print(f"dlcourse grade: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ndlcourse grade: stopped; the next run goes on from here", file=sys.stderr)
        return 130
    return _say(summary, args)


def _confirm(text, yes):
    print(text, flush=True)
    if yes:
        return True
    if not sys.stdin.isatty():
        return False
    return input("\nEnter these marks in the gradebook? [y/N] ").strip().lower() in ("y", "yes")


def _say(summary, args):
    """Print what came out; return the exit code."""
    folder = args.output or Path("grades")
    print(report.table(summary.rows))
    if summary.kept:
        print(f"{summary.kept} kept from an earlier run, since nothing that decides them changed")
    if summary.passed_over:
        print(f"{len(summary.passed_over)} passed over:")
        for name, reason in summary.passed_over:
            print(f"  {name}: {reason}")
    for student, path in summary.bundles.items():
        print(f"to see again what happened to {student}: {bundle.command(_near(path))}")
    if summary.backup:
        print(f"the gradebook as it was: {_near(summary.backup)}")
    csv = folder / args.homework / "grades.csv"
    pages = "not written" if args.no_pages else f"{folder / 'feedback'}{os.sep}"
    print(f"\ngrades: {csv}    feedback: {pages}")
    if summary.held_back:
        print(
            "dlcourse grade: the changes above were not entered; run it again with --yes to enter "
            "them",
            file=sys.stderr,
        )
        return HELD_BACK
    return 1 if any(row.state == "grader error" for row in summary.rows) else 0


def _near(path):
    """A path as one would type it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _again(path):
    """Grade a bundle's submission again and say what comes out; the exit code."""
    before, now = bundle.run(path)
    for line in bundle.differing_versions(path):
        print(line)
    print(printable(now.log.rstrip()))
    for word, result in (("was", before), ("is", now)):
        note = f": {result.note}" if result.note else ""
        print(f"{word} {result.state}{note} ({result.seconds:.1f} s, {result.memory:.0f} MiB)")
    for name, score in now.marks.items():
        print(f"  {name}: {'by hand' if score is None else f'{score:g}'}")
    return 0


def count(text):
    """The number of submissions at once, as it was typed."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got {text!r}")
    return int(text)


def _processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
