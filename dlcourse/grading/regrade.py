"""Marks that change: who, by how much, and only then the gradebook.

What a regrade would do is found out by doing it, to a copy of the gradebook: hand marks, late
penalties and rounding come out as they will.
"""

import copy
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat

from dlcourse.grading.gradebook import Writer
from dlcourse.grading.restore import cell_name


@dataclass(frozen=True)
class Entry:
    """A result that waits to be entered. notebook: function without arguments to its bytes."""

    student: str
    notebook: object
    timestamp: object


@dataclass(frozen=True)
class Change:
    """What a regrade does to one student's marks. before, after: Marks."""

    student: str
    before: object
    after: object

    @property
    def parts(self):
        """What changes, as short texts: `softmax 3 → 5`, in the notebook's order."""
        before, after = self.before.by_question(), self.after.by_question()
        found = [
            f"{name} {before.get(name, 0.0):g} → {after[name]:g}"
            for name in after
            if before.get(name, 0.0) != after[name]
        ]
        if self.before.penalty != self.after.penalty:
            found.append(f"late penalty {self.before.penalty:g} → {self.after.penalty:g}")
        if self.before.points != self.after.points:
            found.append(f"points {self.before.points:g} → {self.after.points:g}")
        if not found and self.before.by_cell() != self.after.by_cell():
            found.append("within a question, the sum stays")
        return found


def preview(writer, entries, only=None):
    """What entering these would change: a Change for each whose marks do not stay, sorted.

    writer: the Writer of the class's gradebook, which is left as it is.
    """
    changes = []
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder:
        path = writer.copy(Path(folder) / "gradebook.db")
        url = f"sqlite:///{path}"
        with Writer(writer.root, writer.homework, writer.output, url) as trial:
            known = trial.students()
            before = {
                entry.student: trial.marks(entry.student)
                for entry in entries
                if entry.student in known
            }
            trial.define()
            for entry in entries:
                notebook = merged(writer, entry, only)
                after = trial.enter(entry.student, notebook, entry.timestamp, only)
                change = Change(entry.student, before.get(entry.student), after)
                if change.before is not None and change.parts:
                    changes.append(change)
    return sorted(changes, key=lambda change: change.student)


def merged(writer, entry, only):
    """The notebook of an entry; where some cells alone are regraded, the rest as it stands."""
    if only is None:
        return entry.notebook()
    path = writer.graded_path(entry.student)
    standing = nbformat.read(path, as_version=4)
    graded = nbformat.reads(entry.notebook().decode(), as_version=4)
    by_name = {cell_name(cell): cell for cell in graded.cells}
    standing.cells = [
        copy.deepcopy(by_name[cell_name(cell)])
        if cell_name(cell) in only and cell_name(cell) in by_name
        else cell
        for cell in standing.cells
    ]
    return nbformat.writes(standing).encode()


def same_answers(writer, entry):
    """Tell whether a student's answers are those that the gradebook's marks were given for."""
    path = writer.graded_path(entry.student)
    if not path.is_file():
        return False
    standing = nbformat.read(path, as_version=4)
    graded = nbformat.reads(entry.notebook().decode(), as_version=4)
    return _answers(standing) == _answers(graded)


def table(changes, checked):
    """The changes as text: a line a student, and how many of those that were looked at."""
    header = ("student", "before", "after", "change", "what")
    lines = [header]
    for change in changes:
        before, after = change.before.score, change.after.score
        parts = ", ".join(change.parts)
        lines.append((change.student, f"{before:g}", f"{after:g}", f"{after - before:+g}", parts))
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    text = [
        "  ".join(
            [
                line[0].ljust(widths[0]),
                *(line[i].rjust(widths[i]) for i in (1, 2, 3)),
                line[4],
            ]
        )
        for line in lines
    ]
    return "\n".join([f"The marks of {len(changes)} of {checked} submissions change:", "", *text])


def _answers(notebook):
    """What a student wrote, cell by cell: all that no test cell and no locked cell holds."""
    return [
        cell.source
        for cell in notebook.cells
        if not cell.metadata.get("nbgrader", {}).get("locked")
    ]
