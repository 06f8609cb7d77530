"""Running a submission: nbgrader's own execution, which also remembers where it had to give up."""

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.preprocessors import Execute
from nbgrader.preprocessors.execute import UnresponsiveKernelError


class KernelExecute(Execute):
    """nbgrader's Execute; where a kernel dies or cannot be interrupted, `gave_up` says so.

    gave_up: None, or (state, note) of the submission. Each is graded in a process of its own, so
    the class attribute speaks of one notebook.
    """

    gave_up = None

    def preprocess_cell(self, cell, resources, index):
        try:
            return super().preprocess_cell(cell, resources, index)
        except (DeadKernelError, CellTimeoutError, UnresponsiveKernelError) as error:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            name = name or f"cell {index + 1} of the notebook"
            if isinstance(error, DeadKernelError):
                KernelExecute.gave_up = "crashed", f"the kernel died while {name} ran"
            else:
                note = f"{name} did not end in {self.timeout} s and could not be interrupted"
                KernelExecute.gave_up = "timed out", note
            raise
