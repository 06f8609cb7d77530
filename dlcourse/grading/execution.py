"""Running a submission: nbgrader's own execution, which also remembers where a kernel died."""

from nbclient.exceptions import DeadKernelError
from nbgrader.preprocessors import Execute


class KernelExecute(Execute):
    """nbgrader's Execute; when a kernel dies, `died_in` names the cell that was running.

    A submission is graded in a process of its own, so the class attribute speaks of one notebook.
    """

    died_in = None

    def preprocess_cell(self, cell, resources, index):
        try:
            return super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            KernelExecute.died_in = name or f"cell {index + 1} of the notebook"
            raise
