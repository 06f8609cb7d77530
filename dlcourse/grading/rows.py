"""The rows of one submission in the gradebook, read in a few queries.

nbgrader's own look-ups ask for one mark at a time, and each asks for its cell once more.
"""

from types import SimpleNamespace

from nbgrader.api import Comment, Grade, MissingEntry, SubmittedNotebook
from sqlalchemy.orm import selectinload


def of_submission(gradebook, homework, student, notebook=None):
    """A student's submitted notebook with its grades and comments and their cells all read.

    notebook: its name (default: the homework's). nbgrader's MissingEntry where there is none.
    """
    found = gradebook.find_submission_notebook(notebook or homework, homework, student)
    return (
        gradebook.db.query(SubmittedNotebook)
        .options(
            selectinload(SubmittedNotebook.grades).joinedload(Grade.cell),
            selectinload(SubmittedNotebook.comments).joinedload(Comment.cell),
        )
        .filter(SubmittedNotebook.id == found.id)
        .one()
    )


class Rows:
    """A submitted notebook's marks and comments by cell, in the place of nbgrader's gradebook.

    found: of `of_submission`. Nothing is written before its session is flushed.
    """

    def __init__(self, found):
        self._grades = {grade.name: grade for grade in found.grades}
        self._comments = {comment.name: comment for comment in found.comments}
        self.db = SimpleNamespace(commit=lambda: None)

    def find_grade(self, cell, *_):
        """The mark of a cell; MissingEntry where the gradebook has no such cell."""
        return _entry(self._grades, cell)

    def find_comment(self, cell, *_):
        """The comment of a cell; MissingEntry where the gradebook has no such cell."""
        return _entry(self._comments, cell)


def _entry(entries, cell):
    if cell not in entries:
        raise MissingEntry(f"no such cell in the gradebook: {cell}")
    return entries[cell]
