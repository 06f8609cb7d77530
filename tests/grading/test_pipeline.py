"""The homework through the real pipeline: nbgrader, kernels, gradebook, pages. Slow: minutes."""

import csv
import shutil
from pathlib import Path

import pytest

from dlcourse.grading import audit, bank, batch, classroom, course, rehearsal, secret_text, unit

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A copy of the course with no gradebook and no submissions."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("solutions", "assignments"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tests" / "banks", folder / "tests" / "banks")
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    return folder


def test_the_invented_class(root):
    submitted = root / "grades" / "submitted"
    classroom.place(root, "hw1", submitted)
    # Half the memory of the default: a busy machine fills more too slowly for the cell's time.
    options = batch.Options(limits=unit.Limits(seconds=600, memory=1000))
    rows = {row.student: row for row in batch.grade(root, "hw1", submitted, options).rows}
    states = {name: row.state for name, row in rows.items()}
    assert states == {
        "perfect": unit.AWAITING,
        "another_style": unit.AWAITING,
        "partly_right": unit.GRADED,
        "blank": unit.GRADED,
        "syntax_error": unit.AWAITING,
        "endless_loop": unit.AWAITING,
        "deleted_test": unit.AWAITING,
        "edited_test": unit.AWAITING,
        "kernel_killer": unit.AWAITING,
        "memory_hog": unit.AWAITING,
        "no_notebook": "malformed",
        "wrong_name": "malformed",
        "not_json": "malformed",
    }
    points = {name: row.marks.automatic for name, row in rows.items() if row.marks}
    # Cross-entropy's gradient is broken in two of them, and with it the 7 points of the network's
    # gradients and the 8 of training; the loop that never ends costs the 4 points of XOR. A cell
    # that ends its zone takes its own question with it, the first, which no other needs.
    assert points == {
        "perfect": 88,
        "another_style": 88,
        "partly_right": 88 - 4 - 8 - 7 - 8,
        "blank": 0,
        "syntax_error": 88 - 8 - 7 - 8,
        "endless_loop": 88 - 4,
        "deleted_test": 88,
        "edited_test": 88 - 8 - 7 - 8,
        "kernel_killer": 88 - 4,
        "memory_hog": 88 - 4,
    }
    with open(root / "grades" / "hw1" / "grades.csv", newline="", encoding="utf-8") as file:
        lines = {line["student"]: line for line in csv.DictReader(file)}
    assert {name: float(lines[name]["auto_score"]) for name in points} == points
    _no_page_shows_hidden_lines(root, rows)
    assert audit.audit([root / "grades" / "feedback"], secret_text.of_course(root)) == []


def _no_page_shows_hidden_lines(root, rows):
    solution = course.read_notebook(course.solution_path(root, "hw1"))
    hidden = []
    for cell in solution.cells:
        _, begin, rest = cell.source.partition("### BEGIN HIDDEN TESTS")
        if begin:
            hidden += [line.strip() for line in rest.split("\n") if "default_rng(" in line]
    assert len(hidden) > 10
    for name in rows:
        page = (root / "grades" / "feedback" / name / "hw1" / "hw1.html").read_text("utf-8")
        # Colours split a line of code into spans: compare the seeds, which are numbers.
        for line in hidden:
            seed = line.partition("default_rng(")[2].partition(")")[0]
            assert f'default_rng</span><span class="p">(</span><span class="mi">{seed}<' not in page
            assert line not in page


@pytest.mark.parametrize("homework", course.homeworks(ROOT))
def test_the_bank_through_the_rehearsal(root, homework):
    found = rehearsal.rehearse(root, homework)
    assert [f"{entry.question}/{entry.name}" for entry in found if not entry.expected] == []
    graded = course.graded_cells(course.read_notebook(course.solution_path(root, homework)))
    points = sum(cell.points for cell in graded if not cell.by_hand)
    solution, blank, *entries = found
    assert (solution.points, solution.lost, blank.lost) == (points, 0, points)
    assert len(entries) == len(bank.load(root / "tests" / "banks" / homework))
