"""What results do to the gradebook, to grades.csv and to the students' pages.

A first result is entered as it comes. Marks that stand in the gradebook already change last, all
together, and only after somebody has seen how (regrade.py).
"""

from dataclasses import replace

from dlcourse.grading import gradebook, regrade, report
from dlcourse.grading.course import CourseError
from dlcourse.grading.unit import AWAITING, GRADED


class Ledger:
    """The books of one homework while a class is graded.

    archive: the course as it is now (unit.course_archive). question: regrade this one alone.
    changes, held_back, backup: as in batch.Summary, once `settle` was called.
    """

    def __init__(self, journal, writer, archive, question=None):
        self.journal, self.writer = journal, writer
        self.questions = list(dict.fromkeys(name.split("-")[0] for name in writer.order))
        self.only = None if question is None else self._cells_of(question)
        self.changes, self.held_back, self.backup = [], False, None
        self._notes, self._waiting, self._rows, self._graded = {}, [], {}, 0
        self._known = writer.students()
        # The homework's cells are entered at once, unless that could change marks that are there.
        self._redefined = not gradebook.defines(writer, archive)
        if self._redefined and not self._known:
            writer.define()
            self._redefined = False

    def assign(self, student, key, result, timestamp):
        """Note whose a result is; enter it, or put it with those that wait for a decision.

        key: None for a submission that could not be read. timestamp: when it was handed in.
        """
        self._rows.pop(student, None)
        self.journal.assign(student, key, result)
        if result.state != GRADED:
            return
        self._graded += 1
        entry = regrade.Entry(student, lambda: self.journal.notebook(key), timestamp)
        if self.only is not None:
            self._assign_part(entry)
        elif student not in self._known and not self._redefined:
            self._enter(entry)
        elif not self.writer.holds(student, result.marks, timestamp):
            self._waiting.append(entry)

    def note(self, student, note):
        """Say something more on a student's line, for this run."""
        self._notes[student] = note
        self._rows.pop(student, None)

    def settle(self, confirm):
        """Find out what would change in the gradebook; change it if `confirm` agrees."""
        if not self._waiting and not self._redefined:
            return
        self.changes = regrade.preview(self.writer, self._waiting, self.only)
        if self.changes:
            text = regrade.table(self.changes, self._graded)
            self.held_back = confirm is None or not confirm(text)
        if self.held_back:
            self._explain()
            return
        if self.changes:
            self.backup = self.writer.back_up()
        if self._redefined:
            self.writer.define()
        for entry in self._waiting:
            self._enter(entry)

    def row(self, student):
        """A student's line."""
        if student not in self._rows:
            self._rows[student] = self._line(student)
        return self._rows[student]

    def write_pages(self, students):
        """Write each feedback page that is not what it should be; a line says where one failed."""
        for student in students:
            self._rows[student] = self._with_page(self.row(student))

    def write_csv(self, path):
        """Write the lines of everybody who was ever graded, sorted."""
        rows = [self.row(name) for name in self.journal.students]
        report.write_csv(path, rows, self.questions)

    def _cells_of(self, question):
        if question not in self.questions:
            raise CourseError(
                f"no question {question!r} in {self.writer.homework}; there are: "
                f"{', '.join(self.questions)}"
            )
        return {name for name in self.writer.order if name.split("-")[0] == question}

    def _assign_part(self, entry):
        if entry.student not in self._known:
            self.note(entry.student, "no marks yet: grade the whole homework first")
        elif not regrade.same_answers(self.writer, entry):
            self.note(entry.student, "handed in again since: grade the whole homework")
        else:
            self._waiting.append(entry)

    def _enter(self, entry):
        notebook = regrade.merged(self.writer, entry, self.only)
        self.writer.enter(entry.student, notebook, entry.timestamp, self.only)
        self._known.add(entry.student)
        self._rows.pop(entry.student, None)

    def _explain(self):
        for entry in self._waiting:
            if entry.student not in self._known:
                self.note(entry.student, "held back with the marks of the others")
        for change in self.changes:
            self.note(change.student, f"held back: {', '.join(change.parts)}")

    def _line(self, student):
        _, result = self.journal.of_student(student)
        marks, state = None, result.state
        notes = [result.note, self._notes.get(student)]
        if state == GRADED and student in self._known:
            marks = self.writer.marks(student)
            state = AWAITING if marks.pending else GRADED
        elif student in self._known:
            notes.append("the gradebook keeps the marks of what was handed in before")
        note = "; ".join(filter(None, notes))
        return report.Row(student, state, marks, result.seconds, result.memory, note)

    def _with_page(self, row):
        page = self.writer.feedback_page(row.student)
        if row.marks is None:
            # Graded without marks is held back: nothing to tell a student yet.
            if row.state != GRADED:
                page.parent.mkdir(parents=True, exist_ok=True)
                page.write_text(report.failure_page(self.writer.homework, row), encoding="utf-8")
            return row
        digest = self.writer.digest(row.student)
        if page.is_file() and self.journal.page(row.student) == digest:
            return row
        try:
            self.writer.feedback(row.student)
        except CourseError as error:
            note = "; ".join(filter(None, [row.note, f"no feedback page: {error}"]))
            return replace(row, note=note)
        self.journal.keep_page(row.student, digest)
        return row
