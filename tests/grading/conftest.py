"""The small course, graded once for all tests that look at what came out."""

import csv
import importlib.util
from pathlib import Path

import nbformat
import pytest

from dlcourse.grading import assignments, bank, batch, course, pack
from dlcourse.grading.unit import Limits

_spec = importlib.util.spec_from_file_location(
    "small_course", Path(__file__).with_name("small_course.py")
)
small = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(small)

GOOD = {
    "twice": "def twice(x):\n    return x + x",
    "root": "def root(x):\n    return x**0.5",
    "why": "Because it is.",
}


@pytest.fixture(scope="session")
def small_course():
    """The module that makes the small course."""
    return small


@pytest.fixture(scope="session")
def answer(tmp_path_factory):
    """A function: answers by question in, a submission of the small homework out."""
    folder = small.make(tmp_path_factory.mktemp("release"))
    assignments.update(folder, "small")
    path = folder / "assignments" / "small" / "small.ipynb"

    def fill(**changes):
        release = course.read_notebook(path)
        return bank.hand_in(release, {k: v for k, v in {**GOOD, **changes}.items() if v})

    return fill


_STUBBORN = """\
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass"""


def _class(answer):
    leak = "print(x)\n    if x > 99:\n        raise ValueError(f'the input is {x}')"
    deleted = answer()
    deleted.cells = [cell for cell in deleted.cells if not cell.id.startswith("twice")]
    edited = answer(twice="def twice(x):\n    return 0")
    for cell in edited.cells:
        if cell.id.startswith("twice-"):
            cell.source = "print('passed')"
    foreign = answer()
    for cell in foreign.cells:
        cell.metadata.pop("nbgrader", None)
    return {
        "good": answer(),
        "blank": answer(twice=None, root=None, why=None),
        "half": answer(twice="def twice(x):\n    return x**2"),
        "hidden_only": answer(twice="def twice(x):\n    return min(2 * x, 1000)"),
        "leaking": answer(twice=f"def twice(x):\n    {leak}\n    return 2 * x"),
        "syntax": answer(root="def root(x)\n    return x**0.5"),
        "endless": answer(twice="def twice(x):\n    while True:\n        pass"),
        "html": answer(why="<script>alert(1)</script> <img src=x onerror=alert(1)>"),
        "warned": answer(
            root="import sys\n\n\ndef root(x):\n    print('!', file=sys.stderr)\n    return x**0.5"
        ),
        "deleted": deleted,
        "edited": edited,
        "dead": answer(root="import os\n\nos._exit(1)"),
        "hungry": answer(root="hoard = []\nwhile True:\n    hoard.append(bytearray(10**7))"),
        "stubborn": answer(root=_STUBBORN),
        "foreign": foreign,
        "no_json": b'{"cells": [',
        "empty": None,
    }


@pytest.fixture(scope="session")
def graded(tmp_path_factory, answer):
    """The small course after grading: .root, .rows by student, .csv by student."""
    root = small.make(tmp_path_factory.mktemp("course"))
    for student, submission in _class(answer).items():
        small.hand_in(root, student, submission)
    small.hand_in(root, "misnamed", answer(), name="mine.ipynb")
    submitted = root / "grades" / "submitted"
    own = tmp_path_factory.mktemp("student") / "small.ipynb"
    nbformat.write(answer(), own)
    (submitted / "packed_small.zip").write_bytes(pack.pack(own).data)
    options = batch.Options(limits=Limits(seconds=120, memory=1000), jobs=2)
    rows = batch.grade(root, "small", submitted, options).rows

    class Graded:
        pass

    graded = Graded()
    graded.root, graded.rows = root, {row.student: row for row in rows}
    with open(root / "grades" / "small" / "grades.csv", newline="", encoding="utf-8") as file:
        graded.csv = {line["student"]: line for line in csv.DictReader(file)}
    return graded
