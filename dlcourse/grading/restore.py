"""Cells that a student deleted come back before the notebook is graded.

nbgrader's `add_missing_cells` puts a missing test cell after the graded cell before it, and fails
when that one is missing too or is a locked cell without points. Here every cell of the homework,
locked ones and answers among them, returns to its place in the instructor's order: a deleted
answer as the empty stub that was handed out.
"""

from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from dlcourse.grading import course


def cell_name(cell):
    """nbgrader's id of a cell, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


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


class RestoreCells(NbGraderPreprocessor):
    """nbgrader preprocessor: deleted cells of the homework come back."""

    def preprocess(self, nb, resources):
        info = resources["nbgrader"]
        coursedir = self.parent.parent.coursedir
        folder = coursedir.format_path(coursedir.source_directory, ".", info["assignment"])
        solution = course.read_notebook(Path(folder) / f"{info['notebook']}.ipynb")
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
