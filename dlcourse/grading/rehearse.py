"""`dlcourse rehearse`: do the tests of a homework catch what they should, and nothing else?

Grades the bank of wrong and right answers (rehearsal.py) and prints what was made of each. Exits
with 1 where a wrong answer keeps full marks or a right one loses any.
"""

import csv
import os
import sys
import time
from pathlib import Path

from dlcourse.grading import course
from dlcourse.grading.command import count
from dlcourse.grading.rehearsal import BLANK, SOLUTION, rehearse


def add_arguments(parser):
    parser.add_argument("homework", help="which homework, as hw1")
    parser.add_argument("--question", metavar="ID", help="the variants of this question alone")
    parser.add_argument(
        "--jobs",
        type=count,
        default=min(2, os.cpu_count() or 1),
        metavar="N",
        help="submissions at once",
    )
    parser.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help="run the bank with nothing around it: your own answers, on your own machine",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the matrix as a file too")


def run(args):
    started = time.monotonic()
    try:
        root = course.find_root()
        # Before minutes of work, not after them.
        if args.csv is not None and not args.csv.parent.is_dir():
            raise course.CourseError(f"no folder {args.csv.parent} for {args.csv.name}: make it")
        sandbox = not args.unsafe_no_sandbox
        found = rehearse(root, args.homework, args.question, jobs=args.jobs, sandbox=sandbox)
    except course.CourseError as error:
        print(f"dlcourse rehearse: {error}", file=sys.stderr)
        return 2
    print(matrix(found))
    print(f"\n{summary(found)} ({time.monotonic() - started:.0f} s)")
    if args.csv is not None:
        write_csv(args.csv, found)
    return 0 if all(finding.expected for finding in found) else 1


def matrix(found):
    """A line for each entry: question, variant, what the tests made of it, points, which tests."""
    lines = [("question", "variant", "verdict", "lost", "by")]
    for finding in found:
        lost = f"{finding.lost:g} of {finding.points:g}"
        names = ", ".join(test.removeprefix(f"{finding.question}-") for test in finding.tests)
        by = names if finding.question and finding.state.startswith("graded") else ""
        if not finding.state.startswith("graded"):
            by = finding.state
        lines.append((finding.question or "all", finding.name, verdict(finding), lost, by))
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    text = [
        "  ".join([*(c.ljust(w) for c, w in zip(line, widths, strict=False)), line[4]]).rstrip()
        for line in lines
    ]
    text.insert(1, "  ".join("-" * width for width in [*widths, 2]))
    return "\n".join(text)


def verdict(finding):
    """What the tests made of an entry, in a word; capitals where that is wrong.

    A wrong answer is caught or MISSED, a right one passed or ACCUSED.
    """
    if finding.name == BLANK:
        return "no points" if finding.expected else "POINTS"
    if finding.right:
        return "passed" if finding.expected else "ACCUSED"
    return "caught" if finding.expected else "MISSED"


def summary(found):
    """The whole rehearsal in one line."""
    bank = [finding for finding in found if finding.name not in (SOLUTION, BLANK)]
    wrong = [finding for finding in bank if not finding.right]
    right = [finding for finding in bank if finding.right]
    caught = sum(finding.expected for finding in wrong)
    passed = sum(finding.expected for finding in right)
    full = next(finding for finding in found if finding.name == SOLUTION)
    blank = next(finding for finding in found if finding.name == BLANK)
    return (
        f"{caught} of {len(wrong)} wrong answers caught, {passed} of {len(right)} right ones "
        f"passed; the solution has {full.points - full.lost:g} of {full.points:g} points, a blank "
        f"homework {blank.points - blank.lost:g}"
    )


def write_csv(path, found):
    """The matrix as a table for another program."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(
            ["question", "variant", "verdict", "lost", "points", "tests", "state", "about"]
        )
        for entry in found:
            tests = " ".join(entry.tests)
            about = " ".join(entry.about.split())
            numbers = [f"{entry.lost:g}", f"{entry.points:g}"]
            out.writerow(
                [entry.question, entry.name, verdict(entry), *numbers, tests, entry.state, about]
            )
