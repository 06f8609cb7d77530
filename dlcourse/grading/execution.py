"""Running a submission: nbgrader's own execution, which also remembers what ended the kernel."""

from nbclient.exceptions import DeadKernelError
from nbgrader.preprocessors import Execute


class KernelExecute(Execute):
    """nbgrader's Execute; a kernel that dies leaves its trace in `died_in`.

    A submission is graded in a process of its own, so the class attribute speaks of one notebook.
    """

    died_in = None

    def preprocess(self, nb, resources=None, km=None):
        try:
            return super().preprocess(nb, resources, km)
        except DeadKernelError:
            KernelExecute.died_in = _last_started(nb)
            raise


def _last_started(nb):
    """The name of the last code cell that was started, or "" where none was."""
    name = ""
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.metadata.get("execution"):
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "") or "a cell of your own"
    return name
