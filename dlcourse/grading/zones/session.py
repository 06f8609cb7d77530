"""One submission in its two zones, cell by cell.

Where a cell of the student's hangs or kills the zone, a new zone is started, the cells before it
run there again without it, and what has been recorded stays.
"""

import time
from dataclasses import dataclass

from dlcourse.grading import sandbox
from dlcourse.grading.restore import cell_name
from dlcourse.grading.zones import outcome
from dlcourse.grading.zones.launch import TrustedZone
from dlcourse.grading.zones.student import TIMED_OUT, Ended, Student


@dataclass(frozen=True)
class Times:
    """Seconds by the clock: for a cell, for all tests of a question, for the submission."""

    cell: float
    question: float
    submission: float


class OutOfTime(Exception):
    """The submission has used all its time."""


class Session:
    """Runs the cells of one submission.

    known: the instructor's cells, by name; they say what a cell is, not the submission. policy:
    of the student's zone. trusted_files: the folder in which test cells run. nursery: see
    TrustedZone. template: see sandbox.start.

    After `run`, events holds (cell, state, sentence) for each cell that hung or killed a zone,
    gave_up None or (state, sentence), usage the student's zones' peak MiB and seconds of computing.
    """

    def __init__(
        self, known, policy, times, *, trusted_files, workplace, nursery=None, template=None
    ):
        self._known, self._policy, self._times = known, policy, times
        self._files, self._workplace, self._nursery = trusted_files, workplace, nursery
        self._template = template
        self._student, self._trusted = None, None
        self._ran, self._prepared, self._spent = [], [], {}
        self.events, self.gave_up, self.usage = [], None, (0.0, 0.0)

    def run(self, cells):
        """Run all cells; their outputs are replaced by what happened."""
        self._deadline = time.monotonic() + self._times.submission
        code = [cell for cell in cells if cell.cell_type == "code"]
        for cell in code:
            missing = [outcome.failed(outcome.NOT_RUN, "this test was not run")]
            cell.outputs = missing if self._is_test(cell) else []
            cell.execution_count = None
        try:
            # Both start at once; neither waits for the other.
            self._trusted = TrustedZone(self._files, self._nursery)
            self._start()
            for count, cell in enumerate(code, start=1):
                cell.execution_count = count
                if self._is_test(cell):
                    self._test(cell, count)
                else:
                    self._run(cell, count)
        except OutOfTime:
            name = cell_name(cell) or f"cell {count}"
            sentence = f"took longer than {self._times.submission:g} s; {name} was running"
            self.gave_up = TIMED_OUT, sentence
            raise
        finally:
            self._stop()
            if self._trusted is not None:
                self._trusted.close()

    def _is_test(self, cell):
        nbgrader = self._nbgrader(cell)
        return bool(nbgrader.get("grade") and not nbgrader.get("solution"))

    def _is_trusted(self, cell):
        known = self._known.get(cell_name(cell))
        return (
            known is not None
            and bool(self._nbgrader(cell).get("locked"))
            and "trusted" in known.metadata.get("tags", [])
        )

    def _nbgrader(self, cell):
        known = self._known.get(cell_name(cell))
        return {} if known is None else known.metadata["nbgrader"]

    def _run(self, cell, count):
        """A cell of the student's zone, in the trusted zone too if it is tagged."""
        trusted = self._is_trusted(cell)
        if trusted:
            self._trusted.begin(cell.source, count, asks=False)  # both zones run it meanwhile
        seconds = self._left(self._times.cell)
        try:
            outputs, late = self._student.run(cell.source, count, seconds)
        except Ended as ended:
            if trusted:
                self._prepared_by(cell.source, count)
            cell.outputs = [outcome.failed(outcome.LOST[ended.state], ended.sentence)]
            self._lost(cell, ended)
            self._restart()
            return
        if trusted:
            self._prepared_by(cell.source, count)
        cell.outputs = outputs.seen
        if late:
            sentence = f"did not end in {seconds:g} s"
            cell.outputs.append(outcome.failed(outcome.LATE, sentence))
            self._event(cell, TIMED_OUT, sentence)
        self._ran.append((cell.source, count, late))

    def _test(self, cell, count):
        """A test cell, in the trusted zone."""
        question = cell_name(cell).split("-")[0]
        left = self._times.question - self._spent.get(question, 0.0)
        if left <= 0:
            sentence = f"the tests of {question} took longer than {self._times.question:g} s"
            cell.outputs = [outcome.failed(outcome.LATE, sentence)]
            self._event(cell, TIMED_OUT, sentence)
            return
        seconds, started = self._left(min(left, self._times.cell)), time.monotonic()
        asked = self._student.test(self._trusted, cell.source, count, seconds)
        self._spent[question] = self._spent.get(question, 0.0) + time.monotonic() - started
        if asked.late:
            sentence = f"did not end in {seconds:g} s"
            cell.outputs = [outcome.failed(outcome.LATE, sentence)]
            self._event(cell, TIMED_OUT, sentence)
        elif asked.answer is None:
            cell.outputs = [outcome.failed("TrustedZoneDied", "the test ended its own process")]
            self._event(cell, "crashed", "the test ended its own process")
        else:
            points = float(self._nbgrader(cell)["points"])
            cell.outputs = outcome.of_test(asked.answer, asked.outputs, points)
        if asked.answer is None:
            self._replace_trusted()
        if asked.ended is not None:
            if asked.cut_off:
                name = outcome.LOST[asked.ended.state]
                cell.outputs = [outcome.failed(name, asked.ended.sentence)]
            self._lost(cell, asked.ended)
            self._restart()

    def _prepared_by(self, source, count):
        """Wait for a trusted cell in the trusted zone: the instructor's, which must not fail."""
        if not self._trusted.wait(self._left(self._times.cell)):
            raise RuntimeError(f"a trusted cell did not end in {self._times.cell:g} s: {source!r}")
        error = self._trusted.answer()["error"]
        if error is not None:
            raise RuntimeError(f"a trusted cell failed: {error['ename']}: {error['evalue']}")
        self._prepared.append((source, count))

    def _replace_trusted(self):
        self._trusted.close()
        self._trusted = TrustedZone(self._files, self._nursery)
        self._trusted.attach(self._student.listener)
        before, self._prepared = self._prepared, []
        for source, count in before:
            self._trusted.begin(source, count, asks=False)
            self._prepared_by(source, count)

    def _start(self):
        """A new zone for the student, known to the trusted one."""
        zone = sandbox.start(self._policy, self._workplace, template=self._template)
        self._student = Student(zone)
        self._trusted.attach(self._student.listener)

    def _stop(self):
        if self._student is not None:
            peak, cpu = self._student.zone.usage()
            self.usage = max(self.usage[0], peak), self.usage[1] + cpu
            self._student.zone.kill()
            self._student = None

    def _restart(self):
        """A new zone in the place of one that has gone; what ran before runs again."""
        while True:
            self._stop()
            self._start()
            for entry in list(self._ran):
                source, count, late = entry
                seconds = min(self._times.cell, 1.0) if late else self._times.cell
                try:
                    self._student.run(source, count, self._left(seconds))
                except Ended:
                    self._ran.remove(entry)  # it does not end twice in the same way: without it
                    break
            else:
                return

    def _left(self, seconds):
        """So many seconds, or as many as the submission has; OutOfTime if there are none."""
        left = min(seconds, self._deadline - time.monotonic())
        if left <= 0:
            raise OutOfTime
        return left

    def _lost(self, cell, ended):
        self._event(cell, ended.state, ended.sentence)

    def _event(self, cell, state, sentence):
        self.events.append((cell_name(cell) or "a cell of the student's", state, sentence))
