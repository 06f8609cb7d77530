"""assignments/ is what solutions/ gives, the same each time, and gives nothing away."""

import shutil
from pathlib import Path

import pytest

from dlcourse.cli import main
from dlcourse.grading import assignments, course
from dlcourse.grading.restore import cell_name

ROOT = Path(__file__).parents[2]
HOMEWORKS = course.homeworks(ROOT)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The course's homework in a folder that a test may change, which is the current one."""
    for name in ("solutions", "assignments"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copyfile(ROOT / "nbgrader_config.py", tmp_path / "nbgrader_config.py")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_is_homework():
    assert "hw1" in HOMEWORKS


@pytest.mark.parametrize("homework", HOMEWORKS)
def test_the_two_agree(homework):
    assert assignments.update(ROOT, homework, write=False) == []


@pytest.mark.parametrize("homework", HOMEWORKS)
def test_the_students_version_gives_nothing_away(homework):
    release = course.read_notebook(ROOT / "assignments" / homework / f"{homework}.ipynb")
    solution = course.read_notebook(course.solution_path(ROOT, homework))
    text = "\n".join(cell.source for cell in release.cells)
    assert "SOLUTION" not in text
    assert "HIDDEN" not in text
    for cell in solution.cells:
        inside = False
        for line in cell.source.split("\n"):
            if "### END" in line:
                inside = False
            if inside and len(line.strip()) > 24:  # shorter lines occur in visible tests as well
                assert line not in text.split("\n") or _also_visible(line, solution), line
            if "### BEGIN" in line:
                inside = True
    assert not any(cell.get("outputs") for cell in release.cells)


def _also_visible(line, solution):
    """A line that the instructor wrote outside the hidden regions, too."""
    for cell in solution.cells:
        inside = False
        for other in cell.source.split("\n"):
            inside = (inside or "### BEGIN" in other) and "### END" not in other
            if other == line and not inside:
                return True
    return False


@pytest.mark.parametrize("homework", HOMEWORKS)
def test_ids_and_cells_are_the_instructors(homework):
    release = course.read_notebook(ROOT / "assignments" / homework / f"{homework}.ipynb")
    solution = course.read_notebook(course.solution_path(ROOT, homework))
    assert [cell.id for cell in release.cells] == [cell.id for cell in solution.cells]
    assert list(map(cell_name, release.cells)) == list(map(cell_name, solution.cells))
    assert course.graded_cells(release) == course.graded_cells(solution)


def test_check_fails_in_one_line_when_they_disagree(copy, capsys):
    path = copy / "assignments" / "hw1" / "hw1.ipynb"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"Homework 1", b"Homework One"))
    (copy / "assignments" / "hw1" / "left_over.txt").write_text("old")
    assert main(["assignments", "--check"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "assignments/hw1/hw1.ipynb, assignments/hw1/left_over.txt" in said
    assert "make assignments" in said

    assert main(["assignments"]) == 0
    assert path.read_bytes() == before
    assert not (copy / "assignments" / "hw1" / "left_over.txt").exists()
    assert not (copy / "grades").exists()  # no gradebook was made or touched


def test_errors_are_one_line(copy, capsys, tmp_path_factory, monkeypatch):
    assert main(["assignments", "hw99"]) == 2
    assert "no homework 'hw99' in solutions/; there are: hw1" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert main(["assignments"]) == 2
    said = capsys.readouterr().err
    assert "nbgrader_config.py" in said
    assert said.count("\n") == 1
