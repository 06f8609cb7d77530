"""A lecture's own code cells, run in order in this process, for the tests of its numbers."""

import contextlib
import io
import json
import os
import re
from pathlib import Path
from unittest import mock

import matplotlib

LECTURES = Path(__file__).parents[2] / "lectures"


def lecture_of(module):
    """The lecture that a module named test_lectureNN_numbers tests."""
    number = re.search(r"test_lecture(\d\d)_", module.__name__)[1]
    (path,) = LECTURES.glob(f"{number}_*.ipynb")
    return path


def run_cells(path, left_out=lambda cell: False):
    """What each code cell printed, by its id; and the names left behind, under None.

    left_out: tells of a cell whether it is passed over.
    """
    names, printed = {}, {}
    with matplotlib.rc_context(), mock.patch.dict(os.environ, {"DLCOURSE_FULL": "0"}):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code" and not left_out(cell):
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
                printed[cell["id"]] = out.getvalue()
    return {**printed, None: names}
