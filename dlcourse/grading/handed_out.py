"""The list that lies in the students' repository: which files were handed out, which cells.

`dlcourse handout` writes it. `dlcourse check` and `dlcourse pack` read it, to tell a student of a
cell that is gone; a copy of the homework that lies elsewhere is judged without it.
"""

import hashlib
import json
import re
from pathlib import Path

from dlcourse.grading.restore import cell_name

NAME = "handout.json"
_COPY = re.compile(r"(-Copy\d+| ?\(\d+\)|[ _-]copy\d*)+$", re.IGNORECASE)


def write(folder, version, files, homework):
    """Write the list into `folder`. files: path to bytes. homework: name to its notebook."""
    content = {
        "dlcourse": version,
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
        "cells": {
            name: [cell_name(cell) for cell in nb.cells if cell_name(cell)]
            for name, nb in sorted(homework.items())
        },
    }
    text = json.dumps(content, indent=1) + "\n"
    (Path(folder) / NAME).write_bytes(text.encode())


def read(start):
    """The list in the folder `start` or above it; None where there is none that can be read."""
    start = Path(start).resolve()
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            try:
                found = json.loads((folder / NAME).read_text(encoding="utf-8"))
            except (OSError, ValueError):
                return None
            return found if {"files", "cells"} <= found.keys() else None
    return None


def missing_cells(nb, homework, start):
    """The names of the cells of a homework that a notebook lacks, in order; () where none is known.

    start: a folder in the students' repository.
    """
    known = read(start)
    wanted = known["cells"].get(homework, ()) if known else ()
    present = {cell_name(cell) for cell in nb.cells}
    return tuple(name for name in wanted if name not in present)


def homework_of(path):
    """The homework that a notebook's path speaks of: its folder's name, or its own without marks
    of a copy.

    >>> homework_of(Path("assignments/hw1/hw1-Copy1.ipynb")), homework_of(Path("hw2 (1).ipynb"))
    ('hw1', 'hw2')
    """
    path = Path(path)
    stem = _COPY.sub("", path.stem)
    folder = path.resolve().parent
    return folder.name if folder.parent.name == "assignments" else stem
