"""What must not get out: the answers and the hidden tests of a course's homework, as text to find.

A region is what stands between BEGIN and END in the instructor's notebook, or a right answer of the
bank. White space does not count, so that a region is also found where it was wrapped, indented or
joined. Lines that everybody may write (`return gradient`) say nothing; a region is found when
enough of it is there. Lectures and `dlcourse.nn` treat the same subject, share single lines with
an answer, and raise no alarm.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading import bank, course
from dlcourse.grading.restore import cell_name

SOLUTION, WRITTEN, HIDDEN = "the solution", "the model answer", "a hidden test"
SHORTEST = 12  # letters of a line that says something
# One line of so many letters gives a region away: nobody writes it by chance.
TELLING = {HIDDEN: 24, WRITTEN: 40, SOLUTION: 60}
# So does this share of its lines, if that many letters are found; of code, in two lines or in all.
SHARE = {HIDDEN: 0.34, WRITTEN: 0.4, SOLUTION: 0.4}
LEAST = {HIDDEN: 16, WRITTEN: 36, SOLUTION: 36}
_MARKS = {"SOLUTION": SOLUTION, "HIDDEN TESTS": HIDDEN}
_BORDER = re.compile(r"^\W*(BEGIN|END) (SOLUTION|HIDDEN TESTS)\b")


@dataclass(frozen=True)
class Region:
    """One stretch of secret text. kind: SOLUTION, WRITTEN or HIDDEN. lines: squeezed, telling."""

    homework: str
    cell: str
    kind: str
    lines: tuple

    @property
    def what(self):
        return f"{self.kind} of {self.homework}, {self.cell}"


def squeeze(text):
    """A text without its white space.

    >>> squeeze("a = [1,\\n     2]")
    'a=[1,2]'
    """
    return "".join(text.split())


def marker(text):
    """The first border of a secret region in a text, as its line; None where there is none."""
    return next((line.strip() for line in text.split("\n") if _BORDER.match(line)), None)


def split(source):
    """The public lines of a cell's source, and its regions as pairs (kind, lines)."""
    public, regions, inside = [], [], None
    for line in source.split("\n"):
        border = _BORDER.match(line)
        if border and border.group(1) == "BEGIN":
            inside = []
            regions.append((_MARKS[border.group(2)], inside))
        elif border:
            inside = None
        else:
            (public if inside is None else inside).append(line)
    return public, regions


class Secrets:
    """All regions of some homework. regions: Region each; tell-tale lines are those it keeps."""

    def __init__(self, regions):
        self.regions = tuple(region for region in regions if region.lines)

    def find(self, text, allowed=""):
        """The regions that a text gives away, each with the first line that does.

        text: anything. allowed: a text whose lines may be there: what a student wrote.
        """
        squeezed, allowed = squeeze(text), squeeze(allowed)
        for region in self.regions:
            lines = [line for line in region.lines if line not in allowed]
            hits = [line for line in lines if line in squeezed]
            if hits and _tells(region.kind, hits, lines):
                yield region, hits[0]


def _tells(kind, hits, lines):
    """Whether these lines of a region are enough of it to give it away."""
    if max(map(len, hits)) >= TELLING[kind]:
        return True
    found, whole = sum(map(len, hits)), sum(map(len, lines))
    if found < LEAST[kind] and found < whole:
        return False
    if kind == SOLUTION and len(hits) == 1:
        return found == whole >= LEAST[kind]
    return found >= SHARE[kind] * whole and found >= min(whole, LEAST[kind])


def of_course(root, homework=None):
    """The secrets of a course: of all homework in solutions/, banks included, or of one."""
    names = course.homeworks(root) if homework is None else [homework]
    return Secrets([region for name in names for region in _of_homework(Path(root), name)])


def _of_homework(root, homework):
    solution = course.read_notebook(course.solution_path(root, homework))
    public, found = [], []
    for number, cell in enumerate(solution.cells, start=1):
        outside, regions = split(cell.source)
        public += outside
        name = cell_name(cell) or f"cell {number}"
        prose = cell.cell_type == "markdown"
        found += [(name, WRITTEN if prose else kind, lines) for kind, lines in regions]
    folder = root / "tests" / "banks" / homework
    if folder.is_dir() and any(folder.glob("*/*.py")):
        for variant in bank.load(folder):
            if variant.right:
                name = f"{variant.question}, {variant.name} of the bank"
                found.append((name, SOLUTION, variant.source.split("\n")))
    known = squeeze("\n".join(public))
    for name, kind, lines in found:
        squeezed = dict.fromkeys(map(squeeze, lines))
        kept = tuple(x for x in squeezed if len(x) >= SHORTEST and x not in known)
        yield Region(homework, name, kind, kept)
