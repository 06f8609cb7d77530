"""On honest work the two zones give the marks of stock nbgrader, question by question."""

from pathlib import Path

import pytest
from nbgrader.utils import determine_grade, is_grade

from dlcourse.grading import bank, course, rehearsal, restore, sandbox
from dlcourse.grading.execution import KernelExecute
from dlcourse.grading.zones.launch import Nursery
from dlcourse.grading.zones.session import Session, Times

ROOT = Path(__file__).parents[2]
SOLUTION = course.read_notebook(course.solution_path(ROOT, "hw1"))
RELEASE = course.read_notebook(ROOT / "assignments" / "hw1" / "hw1.ipynb")
ANSWERS = bank.model_answers(SOLUTION)
VARIANTS = bank.load(ROOT / "tests" / "banks" / "hw1")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        not sandbox.probe().sandbox, reason="this machine cannot sandbox student code"
    ),
]


def submission(answers):
    """A submission as it is executed: the locked cells as the instructor wrote them."""
    submitted = bank.hand_in(RELEASE, answers)
    known = restore.homework_cells(SOLUTION)
    for cell in submitted.cells:
        name = restore.cell_name(cell)
        if name and cell.metadata.nbgrader.locked:
            cell.source = known[name].source
    return submitted


def marks(notebook):
    return {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
        for cell in notebook.cells
        if is_grade(cell) and not cell.metadata.nbgrader.solution
    }


def in_two_zones(answers, folder, nursery):
    notebook = submission(answers)
    (folder / "work").mkdir(parents=True)
    session = Session(
        restore.homework_cells(SOLUTION),
        sandbox.Policy(files=folder / "work"),
        Times(cell=15, question=120, submission=600),
        trusted_files=folder / "work",
        workplace=folder,
        nursery=nursery,
    )
    session.run(notebook.cells)
    return marks(notebook)


def in_one_kernel(answers, folder):
    """Stock execution; a warning on the error stream, which costs marks there alone, is left out.

    Files of the submission's folder are none, so the kernel runs in this test's own.
    """
    notebook = submission(answers)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "", "language": "python"}
    stock = KernelExecute(timeout=15, startup_timeout=120)
    stock.preprocess(notebook, {"metadata": {"path": str(folder)}})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
    return marks(notebook)


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    modules = ["numpy", "matplotlib.pyplot", "sklearn.datasets"]
    with Nursery(tmp_path_factory.mktemp("nursery") / "socket", modules) as started:
        yield started.path


def loads():
    """Answers by name: the solution, a blank, and the bank's variants, several a submission."""
    near = rehearsal.conflicts(SOLUTION, ANSWERS, VARIANTS)
    packed = {
        f"bank-{number}": bank.with_variants(ANSWERS, variants)
        for number, variants in enumerate(rehearsal.plan(VARIANTS, near))
    }
    return {"solution": ANSWERS, "blank": {}, **packed}


LOADS = loads()


@pytest.mark.parametrize("name", LOADS)
def test_both_give_the_same_marks(name, nursery, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for the stock kernel, installed or not
    two = in_two_zones(LOADS[name], tmp_path / "zones", nursery)
    one = in_one_kernel(LOADS[name], tmp_path)
    assert two == one
    assert sum(two.values()) == 88 if name == "solution" else sum(two.values()) < 89
