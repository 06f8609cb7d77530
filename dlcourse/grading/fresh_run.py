"""A notebook run from a fresh start, as after *Kernel, Restart and run all*.

For the student's own machine and the student's own code: no sandbox, and nothing is graded.
"""

import os
import time

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.preprocessors import ClearOutput, Execute
from nbgrader.preprocessors.execute import UnresponsiveKernelError
from traitlets.config import Config


class FreshRun(Execute):
    """nbgrader's Execute, which Validate uses too, with a limit on the notebook as a whole.

    stopped: None, or why the run ended early, in words for the student.
    """

    def __init__(self, total, **options):
        super().__init__(**options)
        self.stopped = None
        self._total, self._deadline = total, time.monotonic() + total

    def preprocess_cell(self, cell, resources, index):
        if self.stopped is None and time.monotonic() > self._deadline:
            self.stopped = f"the notebook as a whole took longer than {self._total:g} seconds"
        if self.stopped is not None:
            return cell, resources
        name = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell {index + 1}")
        try:
            return super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            self.stopped = f"the kernel died in {name}"
        except (CellTimeoutError, UnresponsiveKernelError):
            self.stopped = f"{name} did not end in {self.timeout} seconds and cannot be interrupted"
        return cell, resources


def run(nb, folder, cell_seconds=15, total_seconds=300):
    """Run all cells of a notebook in a new kernel. Changes `nb`; returns None, or why it stopped.

    folder: the kernel's working folder. cell_seconds, total_seconds: s, for one cell and for all.
    A cell that raises does not stop the ones after it.
    """
    config = Config()
    config.Execute.timeout = int(cell_seconds)
    config.Execute.extra_arguments = ["--log-level=ERROR"]  # the kernel's own remarks are noise
    resources = {"metadata": {"path": str(folder)}}
    nb, resources = ClearOutput().preprocess(nb, resources)
    execute = FreshRun(total_seconds, config=config, kernel_name="python3")
    environment = {"NBGRADER_VALIDATING": "1", "NBGRADER_EXECUTION": "validate"}
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        execute.preprocess(nb, resources)
    except DeadKernelError:
        execute.stopped = execute.stopped or "the kernel died"
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return execute.stopped
