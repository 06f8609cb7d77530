"""How nbgrader executes a submission: in two zones, or as it does by itself.

`TwoZoneExecute` takes the place of nbgrader's Execute in `nbgrader_config.py`. `KernelExecute` is
nbgrader's own execution, kept to be compared with.
"""

import os
import shutil
import tempfile
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.preprocessors import Execute
from nbgrader.preprocessors.execute import UnresponsiveKernelError
from traitlets import Bool, Dict, Float, List, Unicode, default

from dlcourse.grading import course, restore, sandbox
from dlcourse.grading.sandbox.template import TEMPLATE
from dlcourse.grading.zones.launch import NURSERY
from dlcourse.grading.zones.session import Session, Times


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


class TwoZoneExecute(KernelExecute):
    """Runs a student's cells in a sandboxed kernel, and the test cells outside, where none is.

    events: what happened to single cells, as (cell, state, sentence). usage: the peak of memory in
    MiB and the seconds of computing of the student's zones. Both speak of the last notebook, as
    KernelExecute.gave_up does: here of a submission that ran out of all its time.
    """

    question_timeout = Float(60.0, help="seconds for the tests of one question").tag(config=True)
    submission_timeout = Float(300.0, help="seconds for a submission").tag(config=True)
    memory = Float(2048.0, help="MiB for student code, all its processes").tag(config=True)
    libraries = List(
        Unicode(), help="what student code may import (default: the sandbox's list)"
    ).tag(config=True)
    libraries_of = Dict(
        value_trait=List(Unicode()),
        key_trait=Unicode(),
        help="homework to what its student code may import, where that differs from `libraries`",
    ).tag(config=True)
    unsafe = Bool(False, help="run student code without a sandbox").tag(config=True)
    nursery = Unicode(help="the socket of a Nursery for trusted zones").tag(config=True)

    template = Unicode(help="the socket of a Template for student zones").tag(config=True)

    @default("nursery")
    def _nursery_of_this_batch(self):
        return os.environ.get(NURSERY, "")

    @default("template")
    def _template_of_this_batch(self):
        return os.environ.get(TEMPLATE, "")

    events, usage = (), (0.0, 0.0)

    def preprocess(self, nb, resources, km=None):
        """Run the cells of `nb` in place."""
        KernelExecute.gave_up, TwoZoneExecute.events, TwoZoneExecute.usage = None, (), (0.0, 0.0)
        solution = self._solution(resources["nbgrader"])
        times = Times(float(self.timeout), self.question_timeout, self.submission_timeout)
        with tempfile.TemporaryDirectory(prefix="dlcourse-") as place:
            place = Path(place).resolve()
            ignored = shutil.ignore_patterns("*.ipynb", ".*")
            files = Path(shutil.copytree(solution.parent, place / "files", ignore=ignored))
            work = self._student_files(resources, place / "work")
            session = Session(
                restore.homework_cells(course.read_notebook(solution)),
                self._policy(work, resources["nbgrader"]["assignment"]),
                times,
                trusted_files=files,
                workplace=place,
                nursery=self.nursery or None,
                template=self.template or None,
            )
            try:
                session.run(nb.cells)
            finally:
                KernelExecute.gave_up = session.gave_up
                TwoZoneExecute.events = tuple(session.events)
                TwoZoneExecute.usage = session.usage
        return nb, resources

    def _solution(self, info):
        coursedir = self.parent.parent.coursedir
        folder = coursedir.format_path(coursedir.source_directory, ".", info["assignment"])
        return Path(folder).resolve() / f"{info['notebook']}.ipynb"

    def _student_files(self, resources, work):
        """A copy of the submission's files for the student's zone.

        The notebook is not among them: its tests have been restored, hidden ones too. Nor is what
        nbgrader has copied through a symbolic link, which may have led anywhere.
        """
        info, coursedir = resources["nbgrader"], self.parent.parent.coursedir
        submitted = Path(
            coursedir.format_path(
                coursedir.submitted_directory, info["student"], info["assignment"]
            )
        )

        def left_out(folder, names):
            handed_in = submitted / Path(folder).relative_to(resources["metadata"]["path"])
            return [
                name
                for name in names
                if name.endswith(".ipynb")
                or (handed_in / name).is_symlink()
                or (Path(folder) / name).is_symlink()
            ]

        return shutil.copytree(resources["metadata"]["path"], work, ignore=left_out)

    def _policy(self, folder, homework):
        names = self.libraries_of.get(homework) or self.libraries
        libraries = {"libraries": tuple(names)} if names else {}
        limits = sandbox.Limits(memory=self.memory, seconds=self.submission_timeout + 60)
        return sandbox.Policy(files=folder, limits=limits, unsafe=self.unsafe, **libraries)
