"""An invented class: every way in which a submission can turn out, for `dlcourse grade --demo`.

Its students are called after what they did. Nobody real is among them.
"""

import copy
import shutil
from pathlib import Path

import nbformat

from dlcourse.grading import assignments, bank, course
from dlcourse.grading.restore import cell_name

# How `students` calls them.
NAMES = frozenset(
    {
        "perfect",
        "another_style",
        "partly_right",
        "blank",
        "syntax_error",
        "endless_loop",
        "deleted_test",
        "edited_test",
        "kernel_killer",
        "memory_hog",
        "no_notebook",
        "wrong_name",
        "not_json",
    }
)
# Fills the memory with real pages until somebody stops it.
_HOG = "\n\nhoard = []\nwhile True:\n    hoard.append(bytearray(10_000_000))\n"


def students(root, homework):
    """The invented class: student to submission; a notebook, or the bytes of a file by name."""
    solution = course.read_notebook(course.solution_path(root, homework))
    release = assignments.read_release(root, homework)
    variants = bank.load(root / "tests" / "banks" / homework)
    answers = bank.model_answers(solution)
    questions = [name for name in answers if any(v.question == name for v in variants)]
    wrong = {v.question: v for v in variants if not v.right and "endless" not in v.name}
    endless = [v for v in variants if "endless" in v.name][:1]
    right = {v.question: v for v in variants if v.right}

    def fill(changes=None, leave=()):
        filled = {**answers, **(changes or {})}
        return bank.hand_in(release, {k: v for k, v in filled.items() if k not in leave})

    first, middle, last = questions[0], questions[len(questions) // 2], questions[-1]
    partly = bank.with_variants(answers, [wrong[first], wrong[middle]])
    return {
        "perfect": fill(),
        "another_style": fill(bank.with_variants(answers, right.values())),
        "partly_right": fill(partly, leave=[last, *_written(solution)]),
        "blank": fill(leave=list(answers)),
        "syntax_error": fill({middle: answers[middle].replace(":", "", 1)}),
        "endless_loop": fill(bank.with_variants(answers, endless)),
        "deleted_test": _without_tests(fill(), middle),
        "edited_test": _edited_tests(fill(leave=[middle]), middle),
        "kernel_killer": fill({first: answers[first] + "\n\nimport os\n\nos._exit(1)\n"}),
        "memory_hog": fill({first: answers[first] + _HOG}),
        "no_notebook": {"answers.txt": b"The answer is 42.\n"},
        "wrong_name": {"homework one.ipynb": nbformat.writes(fill()).encode()},
        "not_json": {f"{homework}.ipynb": nbformat.writes(fill()).encode()[:5000]},
    }


def place(root, homework, folder):
    """Write the invented class below `folder` as its submissions; return their names.

    CourseError where submissions of others lie there: an invented class never joins a real one.
    """
    invented = students(root, homework)
    others = sorted(
        path.name for path in folder.glob("*") if path.is_dir() and path.name not in invented
    )
    if others:
        raise course.CourseError(
            f"{folder} holds other submissions ({others[0]}, ...): an invented class would mix "
            "with them; name an empty folder with --submitted"
        )
    for student, submission in invented.items():
        target = folder / student / homework
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        if isinstance(submission, dict) and "cells" not in submission:
            for name, data in submission.items():
                (target / name).write_bytes(data)
        else:
            nbformat.write(submission, target / f"{homework}.ipynb")
    return list(invented)


def keep_apart(grades, arriving):
    """CourseError where the invented class and real students would share a gradebook.

    grades: the folder of the gradebook. arriving: whose submissions are to be graded.
    """
    steps = ("autograded", "feedback")
    known = {path.name for step in steps for path in Path(grades, step).glob("*")}
    together = known | set(arriving)
    others = sorted(together - NAMES)
    if others and together >= NAMES:
        raise course.CourseError(
            f"the invented class of --demo and others ({others[0]}, ...) would share the gradebook "
            f"in {grades}: name another folder with --output, or remove this one if all in it is "
            "invented"
        )


def _written(solution):
    return [
        cell_name(cell)
        for cell in solution.cells
        if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("grade")
    ]


def _tests_of(notebook, question):
    return [cell for cell in notebook.cells if (cell_name(cell) or "").startswith(f"{question}-")]


def _without_tests(notebook, question):
    """The same submission, its tests of one question deleted."""
    gone = _tests_of(notebook, question)
    changed = copy.deepcopy(notebook)
    changed.cells = [cell for cell in notebook.cells if cell not in gone]
    return changed


def _edited_tests(notebook, question):
    """The same submission, its tests of one question replaced by one that always passes."""
    for cell in _tests_of(notebook, question):
        cell.source = "print('all tests passed')"
    return notebook
