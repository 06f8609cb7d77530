"""nbgrader's Autograde for one submission alone: no gradebook, for its marks are entered elsewhere.

nbgrader opens its gradebook nine times a submission and asks for one cell at a time. What it asks
for is the same for a whole class: it is read once and travels as a file beside the solution.
"""

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import capture_log, find_all_files

from dlcourse.grading import course
from dlcourse.grading.execution import KernelExecute, TwoZoneExecute
from dlcourse.grading.restore import RestoreCells

FACTS = "homework.json"  # in the root of a course that knows one homework


def facts(db_url, homework):
    """What nbgrader would ask its gradebook about a homework, as the bytes of a JSON file."""
    with Gradebook(db_url) as gradebook:
        notebook = gradebook.find_notebook(homework, homework)
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        points |= {cell.name: cell.max_score for cell in notebook.task_cells}
        names = ("name", "cell_type", "locked", "source", "checksum")
        cells = [{name: getattr(cell, name) for name in names} for cell in notebook.source_cells]
        kernelspec = json.loads(notebook.kernelspec or "null")
    return json.dumps({"cells": cells, "points": points, "kernelspec": kernelspec}).encode()


def autograde(root, config, homework, student):
    """Run the configured preprocessors on a submission; as NbGraderAPI.autograde returns.

    root: the course's folder, with FACTS in it. Where the configuration has preprocessors that are
    not known here, which may ask a gradebook for anything, nbgrader does all by itself.
    """
    coursedir = CourseDirectory(config=config)
    coursedir.assignment_id, coursedir.student_id = homework, student
    app = _Alone(coursedir, config=config)
    lists = (app.sanitize_preprocessors, app.autograde_preprocessors)
    if RestoreCells not in lists[0] or not _KNOWN.issuperset([*lists[0], *lists[1]]):
        return course.open_api(config).autograde(homework, student, force=True, create=True)
    app.force, app.facts = True, json.loads((Path(root) / FACTS).read_text(encoding="utf-8"))
    app.sanitize_preprocessors, app.autograde_preprocessors = map(_without_gradebook, lists)
    return capture_log(app)


class _Alone(Autograde):
    facts = None

    def init_assignment(self, assignment_id, student_id):
        BaseConverter.init_assignment(self, assignment_id, student_id)
        source = self.coursedir.format_path(self.coursedir.source_directory, ".", assignment_id)
        target = self._format_dest(assignment_id, student_id)
        kept = {
            os.path.join(source, name) for name in self.exclude_overwriting.get(assignment_id, ())
        }
        for path in set(find_all_files(source, [*self.coursedir.ignore, "*.ipynb"])) - kept:
            place = Path(target, os.path.relpath(path, source))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            shutil.copy(path, place)
        self.notebooks = [name for name in self.notebooks if Path(name).stem == assignment_id]


class _Facts:
    """The homework's cells in the place of nbgrader's gradebook."""

    def __init__(self, facts):
        self._cells = {cell["name"]: SimpleNamespace(**cell) for cell in facts["cells"]}
        self._points = facts["points"]

    def find_source_cell(self, name, *_):
        if name not in self._cells:
            raise MissingEntry(f"no such cell in the homework: {name}")
        return self._cells[name]

    def find_graded_cell(self, name, *_):
        return SimpleNamespace(max_score=self._points[name])


class _Cells(OverwriteCells):
    """nbgrader's OverwriteCells, after RestoreCells: no cell is missing any more."""

    def preprocess(self, nb, resources):
        self.notebook_id = self.assignment_id = resources["nbgrader"]["assignment"]
        self.gradebook = _Facts(self.parent.parent.facts)
        return NbGraderPreprocessor.preprocess(self, nb, resources)


class _Kernelspec(NbGraderPreprocessor):
    """nbgrader's OverwriteKernelspec."""

    def preprocess(self, nb, resources):
        kernelspec = self.parent.parent.facts["kernelspec"]
        if kernelspec:
            nb.metadata["kernelspec"] = kernelspec
        return nb, resources


# None: for the gradebook's own process, or looks at metadata that RestoreCells has made good.
_INSTEAD = {
    OverwriteCells: _Cells,
    OverwriteKernelspec: _Kernelspec,
    SaveAutoGrades: None,
    AssignLatePenalties: None,
    CheckCellMetadata: None,
}
_KNOWN = {
    *_INSTEAD,
    ClearMetadataPreprocessor,
    ClearOutput,
    IgnorePattern,
    KernelExecute,
    LimitOutput,
    RestoreCells,
    TwoZoneExecute,
}


def _without_gradebook(preprocessors):
    found = [_INSTEAD.get(each, each) for each in preprocessors]
    return [each for each in found if each is not None]
