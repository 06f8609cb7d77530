"""A homework of two questions for attacks on the zones: f is attacked, g is honest."""

import tempfile
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade, is_grade

from dlcourse.grading import restore, sandbox
from dlcourse.grading.zones.session import Session, Times

HIDDEN = "314159"  # stands in the hidden tests and nowhere else

_CELLS = [
    ("set-up", "import numpy as np", {"locked": True}, ["trusted"]),
    ("f", "def f(x):\n    return 2 * x", {"solution": True}, []),
    (
        "f-number",
        'from dlcourse.grading import checks\n\nchecks.array(f(3), 6, "f(3)")',
        {"grade": True, "locked": True, "points": 1},
        [],
    ),
    (
        "f-array",
        "import numpy as np\n\nassert np.allclose(f(np.arange(3.0)), [0, 2, 4])\n"
        "np.testing.assert_allclose(f(np.ones(2)), 2.0)\n"
        "### BEGIN HIDDEN TESTS\n"
        f"assert f({HIDDEN}) == 628318\n"
        "### END HIDDEN TESTS",
        {"grade": True, "locked": True, "points": 2},
        [],
    ),
    (
        "f-partial",
        "sum(1.0 for i in range(1, 5) if f(i) == 2 * i)",
        {"grade": True, "locked": True, "points": 4},
        [],
    ),
    ("g", "def g():\n    return 'g'", {"solution": True}, []),
    ("g-text", "assert g() == 'g'", {"grade": True, "locked": True, "points": 8}, []),
    ("after", "", {"solution": True}, []),
]


def homework(**answers):
    """The notebook with these answers in the place of the right ones."""
    cells = []
    for name, source, role, tags in _CELLS:
        meta = {"grade_id": name, "grade": False, "solution": False, "locked": False, **role}
        metadata = {"nbgrader": meta, "tags": tags}
        cells.append(new_code_cell(answers.get(name, source), id=name, metadata=metadata))
    return new_notebook(cells=cells)


class Graded:
    """What came of a submission: points by cell, its cells by name, and the Session."""

    def __init__(self, session, cells):
        self.session = session
        self.cells = {cell.id: cell for cell in cells}
        self.points = {name: determine_grade(c)[0] for name, c in self.cells.items() if is_grade(c)}

    def text(self, name):
        """All that a cell's outputs say."""
        outputs = self.cells[name].outputs
        return "\n".join(str({**out}) for out in outputs)


def grade(nursery=None, times=None, limits=None, files=None, **answers):
    """Run a submission with these answers in two zones."""
    known = restore.homework_cells(homework())
    submitted = homework(**answers).cells
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        for name in ("files", "work"):
            (place / name).mkdir()
        for name, text in (files or {}).items():
            (place / "work" / name).write_text(text, encoding="utf-8")
        policy = sandbox.Policy(files=place / "work", limits=limits or sandbox.Limits(memory=500))
        session = Session(
            known,
            policy,
            times or Times(cell=10, question=60, submission=120),
            trusted_files=place / "files",
            workplace=place,
            nursery=nursery,
        )
        session.run(submitted)
    return Graded(session, submitted)
