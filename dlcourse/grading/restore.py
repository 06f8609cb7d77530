"""A submission gets the homework's own cells back before it is graded.

nbgrader restores the text of locked cells, but takes the submission's word for what a cell is, and
fails over what was deleted. Here every cell of the homework returns with the instructor's metadata
to its place in the instructor's order: a locked one as it was written, a deleted answer as the
empty stub that was handed out. Any other cell is the student's own, whatever it says of itself.
"""

import copy
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from dlcourse.grading import course


def cell_name(cell):
    """nbgrader's id of a cell, or None; a submission's metadata may hold anything."""
    meta = cell.metadata.get("nbgrader")
    name = meta.get("grade_id") if isinstance(meta, dict) else None
    return name if isinstance(name, str) else None


def homework_cells(solution):
    """The cells of the instructor's notebook that nbgrader knows, by name, in order."""
    return {cell_name(cell): cell for cell in solution.cells if cell_name(cell)}


def missing_cells(submitted, solution):
    """The names of the homework's cells that a submission lacks, in the homework's order."""
    present = {cell_name(cell) for cell in submitted.cells}
    return [name for name in homework_cells(solution) if name not in present]


def insert_missing(submitted, solution, sources):
    """Put each missing cell after the nearest one before it in the homework that is there.

    sources: the text of each cell as it is to be graded, by name. Changes `submitted`.
    """
    position = -1
    names = [cell_name(cell) for cell in submitted.cells]
    for name, original in homework_cells(solution).items():
        if name in names:
            position = names.index(name)
            continue
        make = (
            nbformat.v4.new_code_cell
            if original.cell_type == "code"
            else nbformat.v4.new_markdown_cell
        )
        cell = make(sources[name], id=original.id, metadata=original.metadata)
        position += 1
        submitted.cells.insert(position, cell)
        names.insert(position, name)


def reorder(submitted, solution):
    """Bring the homework's cells into the homework's order; others stay behind the cell before.

    Changes `submitted`. Returns whether anything was moved.
    """
    order = {name: place for place, name in enumerate(homework_cells(solution))}
    groups, before = [[-1, []]], submitted.cells
    for cell in before:
        if cell_name(cell) in order:
            groups.append([order[cell_name(cell)], []])
        groups[-1][1].append(cell)
    groups.sort(key=lambda group: group[0])
    submitted.cells = [cell for _, cells in groups for cell in cells]
    return any(a is not b for a, b in zip(before, submitted.cells, strict=True))


def disown(submitted, solution):
    """Let only the homework's cells, each once, be known to nbgrader, and as what they are.

    Of cells with one name the last stays, as with nbgrader's DeduplicateIds. Changes `submitted`.
    """
    known, seen = homework_cells(solution), set()
    for cell in reversed(submitted.cells):
        name = cell_name(cell)
        if name is None or name not in known or name in seen:
            cell.metadata.pop("nbgrader", None)
            continue
        seen.add(name)
        cell.metadata["nbgrader"] = copy.deepcopy(known[name].metadata["nbgrader"])


class RestoreCells(NbGraderPreprocessor):
    """nbgrader preprocessor: the homework's cells come back, as what they are, in their order."""

    def preprocess(self, nb, resources):
        info = resources["nbgrader"]
        coursedir = self.parent.parent.coursedir
        folder = coursedir.format_path(coursedir.source_directory, ".", info["assignment"])
        solution = course.read_notebook(Path(folder) / f"{info['notebook']}.ipynb")
        disown(nb, solution)
        if reorder(nb, solution):
            self.log.warning("Brought cells back into the homework's order")
        missing = missing_cells(nb, solution)
        if missing:
            self.log.warning("Restored cells that were missing: %s", ", ".join(missing))
            with Gradebook(info["db_url"]) as gradebook:
                notebook = gradebook.find_notebook(info["notebook"], info["assignment"])
                sources = {cell.name: cell.source for cell in notebook.source_cells}
            insert_missing(nb, solution, sources)
        ids = set()
        for cell in nb.cells:
            if cell.get("id") in ids:
                cell["id"] = f"{cell['id'][:55]}-{len(ids)}"
            ids.add(cell.get("id"))
        return nb, resources
