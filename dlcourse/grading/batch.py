"""A class of submissions into marks: what is new is graded, what is known is kept.

Every submission ends in exactly one state of STATES, and none stops another. Results go to the
journal first and to the gradebook then, each submission by itself, so that a run that was killed
goes on where it was.
"""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from dlcourse.grading import bundle, collect, course, fingerprint, gradebook, lock, process
from dlcourse.grading import progress as progresses
from dlcourse.grading.journal import Journal
from dlcourse.grading.ledger import Ledger
from dlcourse.grading.local_pool import Pool
from dlcourse.grading.unit import GRADED, Limits, Malformed, Result, Unit, course_archive, imports


@dataclass(frozen=True)
class Options:
    """How a class is graded.

    jobs: submissions at once. scheduler: the address of a Dask cluster, or None for this machine.
    student, question: these alone. output: a folder in the place of the course's `grades`. fresh:
    grade again what is known. pages: write feedback pages too. sandbox: False runs student code
    unconfined. confirm(text): asked before marks change, shown how; None changes none. progress:
    as progress.silent.
    """

    limits: Limits = field(default_factory=Limits)
    jobs: int = 2
    scheduler: str | None = None
    student: str | None = None
    question: str | None = None
    output: Path | None = None
    fresh: bool = False
    pages: bool = True
    sandbox: bool = True
    confirm: object = None
    progress: object = progresses.silent


@dataclass(frozen=True)
class Summary:
    """What a run did.

    rows: report.Row, sorted by student. kept: how many results were known. passed_over: pairs
    (name, reason) of what was no submission. changes: regrade.Change of marks that stood in the
    gradebook before; held_back: nobody agreed to them. backup: the gradebook as it was before them,
    or None. bundles: student to the file that shows a failure again.
    """

    rows: list
    kept: int
    passed_over: list
    changes: list
    held_back: bool
    backup: Path | None
    bundles: dict


def grade(root, homework, submitted, options=None):
    """Grade a class; return a Summary. CourseError where there is nothing to grade.

    submitted: a folder of submissions, as collect.collect takes them.
    """
    options = options or Options()
    course.solution_path(root, homework)
    submissions, passed_over = _collect(submitted, homework, options.student)
    grades = Path(options.output or Path(root) / "grades").resolve()
    with lock.held(grades / ".lock", homework), _place(options) as place:
        process.sweep()
        preload = imports(course.read_notebook(course.solution_path(root, homework)))
        ahead = preload, course.libraries(course.load_config(root), homework)
        with Journal(grades / homework) as journal, contextlib.ExitStack() as stack:
            if options.fresh or len(journal.students) < len(submissions):
                # There will be work, and it takes a second until that is planned.
                place.prepare(*ahead, options.sandbox)
            writer = stack.enter_context(gradebook.Writer(root, homework, options.output))
            archive = course_archive(root, homework)
            ledger = Ledger(journal, writer, archive, options.question)
            run = _Run(root, homework, options, place, archive, ledger, ahead)
            kept = run.grade(submissions)
            ledger.settle(options.confirm)
            # Marks first: they are whole before the first page, which nobody waits for.
            ledger.write_csv(grades / homework / "grades.csv")
            students = [submission.student for submission in submissions]
            if options.pages:
                ledger.write_pages(students)
                ledger.write_csv(grades / homework / "grades.csv")
            rows = [ledger.row(student) for student in students]
    return Summary(
        rows=rows,
        kept=kept,
        passed_over=passed_over,
        changes=ledger.changes,
        held_back=ledger.held_back,
        backup=ledger.backup,
        bundles=bundle.of_rows(grades / homework, rows),
    )


def _collect(submitted, homework, student):
    """The submissions that are asked for, and what was passed over; CourseError for none."""
    found, passed_over = collect.collect(submitted, homework)
    wanted = [s for s in found if student is None or s.student == student]
    if wanted:
        return wanted, passed_over
    if found:
        raise course.CourseError(
            f"no submission of {student!r} for {homework} in {submitted}; there are: "
            f"{', '.join(s.student for s in found[:10])}{', ...' if len(found) > 10 else ''}"
        )
    if Path(submitted).exists() and not Path(submitted).is_dir():
        raise course.CourseError(f"{submitted} is no folder: name the one that it lies in")
    where = submitted if Path(submitted).exists() else f"{submitted}, which is not there"
    raise course.CourseError(
        f"no submissions for {homework} in {where}: they belong in {submitted}/"
        f"{student or 'STUDENT'}/{homework}/{homework}.ipynb (for an invented class: --demo)"
    )


def _place(options):
    if options.scheduler is None:
        return Pool(options.jobs)
    from dlcourse.grading.cluster import Cluster

    return Cluster(options.scheduler)


class _Run:
    """The plan of one run and its execution. place: where units are graded, as local_pool.Pool.
    ahead: a Unit's preload and libraries."""

    def __init__(self, root, homework, options, place, archive, ledger, ahead):
        self.homework, self.options, self.place = homework, options, place
        self.archive, self.ledger, self.journal = archive, ledger, ledger.journal
        self.tests, self.ahead = fingerprint.tests(root, homework), ahead

    def grade(self, submissions):
        """Grade what is not known and hand each result to the ledger; return how many were."""
        to_run, kept = self._plan(submissions)
        total = sum(map(len, to_run.values()))
        if to_run and self.options.sandbox:
            self.place.require_sandbox()
        with self.options.progress(total) as told:
            for key, result in self.place.run(self._units(to_run)):
                self._take(key, result, to_run[key])
                for submission in to_run[key]:
                    told(self.ledger.row(submission.student))
        return kept

    def _plan(self, submissions):
        """Key to submissions for all that is to be graded, and how many were known and taken."""
        to_run, kept = {}, 0
        for submission in submissions:
            try:
                files = submission.read()
            except Malformed as error:
                self.ledger.assign(submission.student, None, Result("malformed", str(error)), None)
                continue
            key = self._key(files)
            known = None if self.options.fresh else self.journal.result(key)
            if known is None:
                to_run.setdefault(key, []).append(submission)
            else:
                kept += 1
                self._assign(submission.student, key, known, files)
        return to_run, kept

    def _key(self, files):
        limits, sandbox = self.options.limits, self.options.sandbox
        versions = self.place.environment
        return fingerprint.key(_without_time(files), self.tests, versions, limits, sandbox)

    def _units(self, to_run):
        """The packed units of a plan, made one at a time when they are asked for."""
        for key, submissions in to_run.items():
            yield key, self._pack(key, submissions[0])

    def _pack(self, key, submission):
        try:
            files = _without_time(submission.read())
        except (OSError, Malformed):  # it could be read when the plan was made
            files = {}
        limits, sandbox = self.options.limits, self.options.sandbox
        return Unit(self.homework, key, files, self.archive, limits, sandbox, *self.ahead).pack()

    def _take(self, key, result, submissions):
        """Keep a result, with a bundle of a failure, for all who handed in the same."""
        for submission in submissions:
            path = bundle.path_of(self.journal.folder, submission.student)
            if result.state == GRADED:
                path.unlink(missing_ok=True)
            else:
                bundle.keep(path, self._pack(key, submission), result)
        self.journal.keep(key, result)
        for submission in submissions:
            self._assign(submission.student, key, result, submission.read())

    def _assign(self, student, key, result, files):
        handed_in = gradebook.timestamp(files)
        if handed_in is None and gradebook.TIMESTAMP in files:
            self.ledger.note(
                student,
                f"{gradebook.TIMESTAMP} says no time, as 2026-11-21 23:59:00 UTC: nothing is late",
            )
        self.ledger.assign(student, key, result, handed_in)


def _without_time(files):
    """The files less the time at which they were handed in: it moves a penalty and no mark."""
    return {name: data for name, data in files.items() if name != gradebook.TIMESTAMP}
