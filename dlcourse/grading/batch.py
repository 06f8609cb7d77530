"""A class of submissions into marks: what is new is graded, what is known is kept.

Every submission ends in exactly one state of STATES, and none stops another. Results go to the
journal first and to the gradebook then, each submission by itself, so that a run that was killed
goes on where it was. Marks that already stand in the gradebook change last, and only after somebody
has seen how (regrade.py).
"""

from dataclasses import dataclass, field
from pathlib import Path

from dlcourse.grading import (
    bundle,
    collect,
    course,
    fingerprint,
    gradebook,
    local_pool,
    process,
    progress,
    regrade,
    report,
)
from dlcourse.grading import lock as locking
from dlcourse.grading.gradebook import Writer
from dlcourse.grading.journal import Journal
from dlcourse.grading.unit import (
    AWAITING,
    GRADED,
    Limits,
    Malformed,
    Result,
    Unit,
    course_archive,
)


@dataclass(frozen=True)
class Options:
    """How a class is graded.

    jobs: submissions at once. scheduler: the address of a Dask cluster, or None for this machine.
    student, question: these alone. output: a folder in the place of the course's `grades`. fresh:
    grade again what is known. sandbox: False runs student code unconfined. confirm(text): asked
    before marks change, shown how; None changes none. progress: as progress.silent.
    """

    limits: Limits = field(default_factory=Limits)
    jobs: int = 2
    scheduler: str | None = None
    student: str | None = None
    question: str | None = None
    output: Path | None = None
    fresh: bool = False
    sandbox: bool = True
    confirm: object = None
    progress: object = progress.silent


@dataclass
class Summary:
    """What a run did. rows: report.Row, sorted by student. changes: of marks, made or held back."""

    rows: list
    kept: int = 0
    passed_over: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    held_back: bool = False
    backup: Path | None = None
    bundles: dict = field(default_factory=dict)


def grade(root, homework, submitted, options=None):
    """Grade a class; return a Summary. CourseError where there is nothing to grade.

    submitted: a folder of submissions, as collect.collect takes them.
    """
    options = options or Options()
    course.solution_path(root, homework)
    submissions, passed_over = collect.collect(submitted, homework)
    if options.student is not None:
        submissions = [s for s in submissions if s.student == options.student]
    if not submissions:
        raise course.CourseError(
            f"no submissions for {homework} in {submitted}: they belong in {submitted}/"
            f"{options.student or 'STUDENT'}/{homework}/{homework}.ipynb (for an invented class: "
            "--demo)"
        )
    grades = Path(options.output or Path(root) / "grades").resolve()
    with locking.held(grades / ".lock", homework):
        process.sweep()
        with (
            Journal(grades / homework) as journal,
            Writer(root, homework, options.output) as writer,
        ):
            run = _Run(root, homework, options, journal, writer)
            run.summary.passed_over = passed_over
            run.grade(submissions)
            report.write_csv(grades / homework / "grades.csv", run.all_rows(), run.questions)
    return run.summary


class _Run:
    """One run over a class: its plan, its results, and what waits for a decision."""

    def __init__(self, root, homework, options, journal, writer):
        self.root, self.homework, self.options = Path(root).resolve(), homework, options
        self.journal, self.writer = journal, writer
        self.questions = list(dict.fromkeys(name.split("-")[0] for name in writer.order))
        self.only = self._cells_of(options.question)
        self.tests = fingerprint.tests(root, homework)
        self.archive = course_archive(root, homework)
        self.summary = Summary([])
        self._notes, self._waiting, self._rows = {}, [], {}

    def grade(self, submissions):
        """Grade what is not known, enter what is new, then what changes."""
        self._prepare()
        to_run = self._plan(submissions)
        total = sum(map(len, to_run.values()))
        self.summary.kept = len(submissions) - total
        with self.options.progress(total) as told:
            for key, result in self._execute(to_run):
                self._take(key, result, to_run[key])
                for submission in to_run[key]:
                    # Now, while other submissions run: a page takes as long as a small homework.
                    self._rows[submission.student] = row = self._row(submission.student)
                    told(row)
        self._settle()
        self.summary.rows = [
            self._rows.get(submission.student) or self._row(submission.student)
            for submission in submissions
        ]

    def all_rows(self):
        """A row for everybody who was ever graded, sorted."""
        done = {row.student: row for row in self.summary.rows}
        return [done.get(name) or self._row(name, page=False) for name in self.journal.students]

    def _cells_of(self, question):
        if question is None:
            return None
        if question not in self.questions:
            raise course.CourseError(
                f"no question {question!r} in {self.homework}; there are: "
                f"{', '.join(self.questions)}"
            )
        return {name for name in self.writer.order if name.split("-")[0] == question}

    def _prepare(self):
        """Enter the homework's cells, unless that could change marks that are there."""
        self.known = self.writer.students()
        self.redefined = not gradebook.defines(self.writer, self.archive)
        if self.redefined and not self.known:
            self.writer.define()
            self.redefined = False

    def _plan(self, submissions):
        """Key to submissions for all that is to be graded; what is known is taken at once."""
        to_run = {}
        for submission in submissions:
            try:
                files = submission.read()
            except Malformed as error:
                result = Result("malformed", str(error))
                self.journal.assign(submission.student, None, result)
                continue
            key = self._key(files)
            known = None if self.options.fresh else self.journal.result(key)
            if known is None:
                to_run.setdefault(key, []).append(submission)
            else:
                self._assign(submission.student, key, known, gradebook.timestamp(files))
        return to_run

    def _key(self, files):
        bare = {name: data for name, data in files.items() if name != collect.TIMESTAMP}
        return fingerprint.key(bare, self.tests, self.options.limits, self.options.sandbox)

    def _units(self, to_run):
        """The packed units of a plan, made one at a time when they are asked for."""
        for key, submissions in to_run.items():
            yield key, self._pack(key, submissions[0])

    def _pack(self, key, submission):
        try:
            files = submission.read()
        except Malformed:  # it was readable when the plan was made
            files = {}
        files.pop(collect.TIMESTAMP, None)
        limits, sandbox = self.options.limits, self.options.sandbox
        return Unit(self.homework, key, files, self.archive, limits, sandbox).pack()

    def _execute(self, to_run):
        units = self._units(to_run)
        if self.options.scheduler is None:
            yield from local_pool.run(units, self.options.jobs)
        else:
            from dlcourse.grading import cluster

            yield from cluster.run(units, self.options.scheduler)

    def _take(self, key, result, submissions):
        """Keep a result for all who handed in the same, and enter it."""
        self.journal.keep(key, result)
        for submission in submissions:
            student = submission.student
            if result.state != GRADED:
                path = bundle.path_of(self.journal.folder, student)
                unit = self._pack(key, submission)
                self.summary.bundles[student] = bundle.keep(path, unit, result)
            self._assign(student, key, result, gradebook.timestamp(submission.read()))

    def _assign(self, student, key, result, timestamp):
        """Note whose a result is; enter it in the gradebook, or put it with those that wait."""
        self.journal.assign(student, key, result)
        if result.state != GRADED:
            return
        entry = regrade.Entry(student, lambda: self.journal.notebook(key), timestamp)
        if self.only is not None:
            self._assign_part(entry, result)
        elif student not in self.known and not self.redefined:
            self._enter(entry)
        elif not self.writer.holds(student, result.marks, timestamp):
            self._waiting.append(entry)

    def _assign_part(self, entry, result):
        """The same where one question alone is regraded."""
        if entry.student not in self.known:
            self._note(entry.student, "no marks yet: grade the whole homework first")
        elif not regrade.same_answers(self.writer, entry):
            self._note(entry.student, "handed in again since: grade the whole homework")
        else:
            self._waiting.append(entry)

    def _enter(self, entry):
        notebook = regrade.merged(self.writer, entry, self.only)
        self.writer.place(entry.student, notebook)
        self.writer.enter(entry.student, notebook, entry.timestamp, self.only)
        self.known.add(entry.student)

    def _settle(self):
        """Show what would change in the gradebook; change it if that is wanted."""
        if not self._waiting and not self.redefined:
            return
        summary = self.summary
        summary.changes = regrade.preview(
            self.writer, self.options.output, self._waiting, self.only
        )
        if summary.changes:
            text = regrade.table(summary.changes, len(self._waiting))
            confirm = self.options.confirm
            summary.held_back = confirm is None or not confirm(text)
        if summary.held_back:
            for entry in self._waiting:
                if entry.student not in self.known:
                    self._note(entry.student, "marks held back with those of the others")
            for change in summary.changes:
                self._note(change.student, f"held back: {', '.join(change.parts)}")
            return
        if summary.changes:
            summary.backup = self.writer.back_up()
        if self.redefined:
            self.writer.define()
        for entry in self._waiting:
            self._enter(entry)
            self._rows.pop(entry.student, None)

    def _note(self, student, note):
        self._notes[student] = note
        self._rows.pop(student, None)

    def _row(self, student, page=True):
        """A student's line; the feedback page is written where it is not what it should be."""
        _, result = self.journal.of_student(student)
        marks, state = None, result.state
        notes = [note for note in (result.note, self._notes.get(student)) if note]
        if state == GRADED and student in self.known:
            marks = self.writer.marks(student)
            state = AWAITING if marks.pending else GRADED
        elif student in self.known:
            notes.append("the gradebook keeps the marks of what was handed in before")
        row = report.Row(student, state, marks, result.seconds, result.memory, "; ".join(notes))
        return self._with_page(row) if page else row

    def _with_page(self, row):
        if row.marks is None:
            page = self.writer.feedback_page(row.student)
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(report.failure_page(self.homework, row), encoding="utf-8")
            return row
        digest = self.writer.digest(row.student)
        there = self.writer.feedback_page(row.student).is_file()
        if there and self.journal.page(row.student) == digest:
            return row
        try:
            self.writer.feedback(row.student)
        except course.CourseError as error:
            note = "; ".join(filter(None, [row.note, f"no feedback page: {error}"]))
            return report.Row(row.student, row.state, row.marks, row.seconds, row.memory, note)
        self.journal.keep_page(row.student, digest)
        return row
