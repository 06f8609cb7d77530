"""The bank of a homework: wrong answers that students give, right ones written another way.

`tests/banks/<homework>/<question>/wrong_<misconception>.py` and `right_<style>.py`: plain Python
whose docstring says what is wrong, or what is different. A variant holds only what it changes: it
is put below the model answer of its question, and its definitions take the place of those above.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

import nbformat

from dlcourse.grading import course
from dlcourse.grading.restore import cell_name


@dataclass(frozen=True)
class Variant:
    """One entry of the bank. about: its docstring. source: its code, docstring left out."""

    question: str
    name: str
    about: str
    source: str

    @property
    def right(self):
        return self.name.startswith("right_")


def load(folder):
    """All variants of a bank, sorted by question and name.

    folder: tests/banks/<homework>. CourseError for a file that is not named wrong_* or right_*, or
    that has no docstring.
    """
    variants = []
    for path in sorted(Path(folder).glob("*/*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        about = ast.get_docstring(tree)
        if not path.stem.startswith(("wrong_", "right_")) or not about:
            raise course.CourseError(
                f"{path}: a variant is named wrong_... or right_... and begins with a docstring"
            )
        source = "\n".join(text.split("\n")[tree.body[0].end_lineno :]).strip("\n")
        variants.append(Variant(path.parent.name, path.stem, about, source))
    if not variants:
        raise course.CourseError(f"no variants in {folder}")
    return variants


def model_answers(solution):
    """The instructor's answers by question: the text of each solution cell, markers left out.

    Of a written answer, what follows a line that begins with `*Marks.*` is the rubric.
    """
    answers = {}
    for cell in solution.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            lines = cell.source.split("\n")
            text = "\n".join(line for line in lines if " SOLUTION" not in line)
            answers[cell_name(cell)] = text.split("\n*Marks.*")[0].rstrip()
    return answers


def hand_in(release, answers):
    """A submission: the student's version with these answers filled in, by question."""
    notebook = nbformat.from_dict(release)
    for cell in notebook.cells:
        name = cell_name(cell)
        if name in answers and cell.metadata.nbgrader.solution:
            cell.source = answers[name]
    return notebook


def with_variants(answers, variants):
    """Model answers with the definitions of these variants in the place of their own."""
    changed = dict(answers)
    for variant in variants:
        changed[variant.question] = f"{answers[variant.question]}\n\n\n{variant.source}"
    return changed
