"""An invented homework and a class that has done it, for measuring how fast both are graded.

Test cells compare plain data and import what they use, so that stock nbgrader, which runs them in
the student's kernel, and the two zones give the same marks. Everybody's answers differ.
"""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HOMEWORK = "bench"
QUESTIONS = 4

# Some computing of the student's own: about a tenth of a second of matrix products.
_WORK = """\
import numpy as np

rng = np.random.default_rng({number})
matrix = rng.normal(size=(200, 200)) / 20
for _ in range({repeats}):
    matrix = np.tanh(matrix @ matrix)"""
_RIGHT = "def scale_{q}(values):\n    return [{q} * value + {number} * 0 for value in values]"
_WRONG = "def scale_{q}(values):\n    return [value + {number} for value in values]"
_TEST = """\
assert list(scale_{q}([1, 2, 3])) == [{q}, 2 * {q}, 3 * {q}]
### BEGIN HIDDEN TESTS
assert list(scale_{q}([10])) == [10 * {q}]
### END HIDDEN TESTS"""


def solution():
    """The instructor's notebook."""
    cells = [new_markdown_cell("# Scaling", id="title"), _cell("work", "# compute something")]
    for q in range(2, 2 + QUESTIONS):
        answer = _RIGHT.format(q=q, number=1).replace("\n", "\n    ### BEGIN SOLUTION\n", 1)
        cells.append(_cell(f"scale_{q}", f"{answer}\n    ### END SOLUTION", answer=True))
        cells.append(_cell(f"scale_{q}-test", _TEST.format(q=q), points=2))
    cells[1].metadata.nbgrader = _meta("work", None, True)
    return _notebook(cells)


def hand_in(release, number, repeats):
    """The submission of student `number`: one question in three is wrong."""
    notebook = nbformat.from_dict(release)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name == "work":
            cell.source = _WORK.format(number=number, repeats=repeats)
        elif name.startswith("scale_") and not name.endswith("-test"):
            q = int(name.removeprefix("scale_"))
            text = _WRONG if (number + q) % 3 == 0 else _RIGHT
            cell.source = text.format(q=q, number=number + 1)
    return notebook


def expected(number):
    """The points that student `number` has earned, by test cell."""
    questions = range(2, 2 + QUESTIONS)
    return {f"scale_{q}-test": 0.0 if (number + q) % 3 == 0 else 2.0 for q in questions}


def write(notebook, folder):
    """Write a notebook as the homework's file in a folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{HOMEWORK}.ipynb")


def _meta(name, points, answer):
    meta = {"grade": points is not None, "grade_id": name, "locked": not answer}
    meta |= {"schema_version": 3, "solution": answer, "task": False}
    return meta | ({"points": points} if points is not None else {})


def _cell(name, source, points=None, answer=False):
    return new_code_cell(source, id=name, metadata={"nbgrader": _meta(name, points, answer)})


def _notebook(cells):
    notebook = new_notebook(cells=cells)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["kernelspec"] = kernel
    return notebook
