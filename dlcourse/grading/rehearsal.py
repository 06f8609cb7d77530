"""The grader graded: a homework's bank of wrong and right answers, through the real grading.

Variants of different questions travel in one submission, as long as none of them calls another:
a wrong softmax must not be found by the tests of the network that uses it. So hundreds of variants
make a class of a few dozen. Whatever comes out unexpected there is graded once more, alone.
"""

import ast
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading import assignments, bank, batch, course, progress
from dlcourse.grading.restore import cell_name

SOLUTION, BLANK = "solution", "blank"


@dataclass(frozen=True)
class Finding:
    """What the tests made of one entry. lost: points taken off, of points. tests: which took them.

    state: how its submission ended. question and name are those of the bank; the solution and the
    blank homework are entries too, with an empty question.
    """

    question: str
    name: str
    right: bool
    lost: float
    points: float
    tests: tuple
    state: str
    about: str = ""

    @property
    def expected(self):
        """Whether the tests did their work: a right answer lost nothing, a wrong one something."""
        if self.name == BLANK:
            return self.lost == self.points
        return (self.lost == 0) is self.right


def rehearse(root, homework, question=None, **options):
    """Grade a homework's bank in a course of its own; return a Finding for each entry, in order.

    root: the course's folder. question: take the variants of this one alone. options: passed to
    `batch.Options`. The class's gradebook is not touched. CourseError where there is no bank.
    """
    root = Path(root)
    solution = course.read_notebook(course.solution_path(root, homework))
    release = assignments.read_release(root, homework)
    answers = bank.model_answers(solution)
    variants = bank.load(root / "tests" / "banks" / homework)
    unknown = sorted({v.question for v in variants} - answers.keys())
    if unknown:
        raise course.CourseError(f"the bank of {homework} has no such question: {unknown[0]}")
    near = conflicts(solution, answers, variants)
    if question is not None:
        variants = [variant for variant in variants if variant.question == question]
        if not variants:
            raise course.CourseError(f"the bank of {homework} has no variants of {question!r}")
    loads = plan(variants, near)

    with tempfile.TemporaryDirectory(prefix="dlcourse-rehearsal-") as folder:
        place = Path(folder).resolve()
        _course(root, homework, place)

        told = batch.Options(progress=progress.shown, **options)

        def graded(name, submissions):
            for student, notebook in submissions.items():
                target = place / name / student / homework
                target.mkdir(parents=True)
                course.write_notebook(notebook, target / f"{homework}.ipynb")
            summary = batch.grade(place, homework, place / name, told)
            return {row.student: row for row in summary.rows}

        class_ = {SOLUTION: bank.hand_in(release, answers), BLANK: release}
        for number, load in enumerate(loads):
            filled = bank.with_variants(answers, load)
            class_[f"load-{number:03d}"] = bank.hand_in(release, filled)
        rows = graded("together", class_)
        tests = [cell for cell in course.graded_cells(solution) if not cell.by_hand]
        found = {
            name: _finding(rows[name], tests, name=name, right=name == SOLUTION)
            for name in (SOLUTION, BLANK)
        }
        for number, load in enumerate(loads):
            row = rows[f"load-{number:03d}"]
            found |= {variant: _of_variant(row, tests, variant) for variant in load}
        # Alone, nothing but the variant itself can be the cause.
        doubtful = [v for load in loads if len(load) > 1 for v in load if not found[v].expected]
        if doubtful:
            alone = {
                f"alone-{number:03d}": bank.hand_in(release, bank.with_variants(answers, [variant]))
                for number, variant in enumerate(doubtful)
            }
            rows = graded("alone", alone)
            for number, variant in enumerate(doubtful):
                found[variant] = _of_variant(rows[f"alone-{number:03d}"], tests, variant)
    return [found[SOLUTION], found[BLANK], *(found[variant] for variant in variants)]


def conflicts(solution, answers, variants):
    """Pairs of questions whose variants must not share a submission, as a set of frozensets.

    Two questions conflict where the answers or tests of one use what the other defines, directly
    or through a third, and where variants of both define the same name beside their answer.
    """
    order = [name for name in answers if any(v.question == name for v in variants)]
    texts = {name: [answers[name]] for name in order}
    extra = {name: set() for name in order}
    defined = {name: _names(answers[name])[0] for name in order}
    for variant in variants:
        texts[variant.question].append(variant.source)
        extra[variant.question] |= _names(variant.source)[0] - defined[variant.question]
    for cell in solution.cells:
        question = (cell_name(cell) or "").split("-")[0]
        if cell.cell_type == "code" and question in texts and cell_name(cell) != question:
            texts[question].append(cell.source)
    uses = {name: set().union(*(_names(text)[1] for text in texts[name])) for name in order}
    needs = {a: {b for b in order if b != a and defined[b] & uses[a]} for a in order}
    changed = True
    while changed:
        changed = False
        for name, known in needs.items():
            more = set().union(*(needs[other] for other in known)) - known - {name}
            known |= more
            changed = changed or bool(more)
    near = {frozenset((a, b)) for a in order for b in needs[a]}
    near |= {frozenset((a, b)) for a in order for b in order if a != b and extra[a] & extra[b]}
    return near


def plan(variants, near):
    """Submissions as lists of variants: one a question, and no two of questions that conflict."""
    loads = []
    for variant in variants:
        for load in loads:
            if all(
                variant.question != other.question
                and frozenset((variant.question, other.question)) not in near
                for other in load
            ):
                load.append(variant)
                break
        else:
            loads.append([variant])
    return loads


def _names(source):
    """The names that a cell binds at its top level, and all that it reads."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set(), set()
    bound, read = set(), set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        else:
            bound |= {
                part.id
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
    for part in ast.walk(tree):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            read.add(part.id)
    return bound, read


def _course(root, homework, place):
    """A course of its own in `place`: this homework, this configuration, nobody's grades."""
    source = course.solution_path(root, homework).parent
    assignments.copy_source(source, place / "solutions" / homework)
    shutil.copyfile(root / course.CONFIG, place / course.CONFIG)


def _of_variant(row, tests, variant):
    mine = [cell for cell in tests if cell.question == variant.question]
    return _finding(row, mine, variant.question, variant.name, variant.right, variant.about)


def _finding(row, tests, question="", name="", right=False, about=""):
    """What a graded submission says of some of its tests; one that was not graded lost them all."""
    points = sum(cell.points for cell in tests)
    scores = {cell.id: 0.0 for cell in tests}
    if row.marks is not None:
        scores |= {mark.cell: mark.automatic for mark in row.marks.cells if mark.cell in scores}
    losing = tuple(cell.id for cell in tests if scores[cell.id] < cell.points)
    lost = points - sum(scores.values())
    return Finding(question, name, right, lost, points, losing, row.state, about)
