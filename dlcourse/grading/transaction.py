"""nbgrader's own way into the gradebook, with its many commits held back until all is entered."""

import warnings
from contextlib import contextmanager

from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy.exc import SAWarning

from dlcourse.grading.restore import cell_name
from dlcourse.grading.rows import Rows


class OneTransaction(Gradebook):
    """nbgrader's gradebook, which commits after each step, with the commits held back."""

    @contextmanager
    def transaction(self):
        """Yield the gradebook; what is changed within is undone unless `keep` is called."""
        self.db.commit = self.db.flush
        with warnings.catch_warnings():
            # nbgrader 0.9 adds a submission's parts before the submission: harmless, but loud.
            warnings.simplefilter("ignore", SAWarning)
            try:
                yield self
            finally:
                self.db.remove()  # rolls back, and forgets what was read

    def keep(self):
        """Write all that was changed in this transaction."""
        self.db.registry().commit()


class EnterGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades, within a transaction that is open, for some cells or all.

    found: the submitted notebook, of rows.of_submission.
    """

    def __init__(self, found, homework, student, only):
        super().__init__()
        self.gradebook, self.student_id, self._only = Rows(found), student, only
        self.notebook_id = self.assignment_id = homework

    def preprocess(self, nb, resources):
        return NbGraderPreprocessor.preprocess(self, nb, resources)

    def preprocess_cell(self, cell, resources, index):
        if self._only is not None and cell_name(cell) not in self._only:
            return cell, resources
        return super().preprocess_cell(cell, resources, index)
