"""`dlcourse handout`: what students get, and that it works where nothing else is."""

import os
import re
import shutil
import subprocess
import sys
import tomllib

import nbformat
import pytest
import yaml

from dlcourse.cli import main
from dlcourse.grading import bank, course, handed_out, handout


@pytest.fixture(scope="module")
def files(root):
    return handout.collect(root, ["hw1"])


@pytest.fixture(scope="module")
def given(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("given") / "handout"
    handout.write(folder, files, handout.notebooks(files, ["hw1"]))
    return folder


def run(folder, *command):
    """Run a program in the hand-out, with the hand-out's dlcourse and no other."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def dlcourse(folder, *arguments):
    return run(folder, sys.executable, "-m", "dlcourse", *arguments)


def test_what_is_in_it_and_what_is_not(root, files):
    for name in ("README.md", "Makefile", "assignments/hw1/hw1.ipynb", "dlcourse/nn/linear.py"):
        assert name in files
    assert any(name.startswith("lectures/") for name in files)
    text = "\n".join(files)
    for name in (
        "solutions",
        "tests/",
        "banks",
        "grades",
        ".git/",
        "pyc",
        ".ci/",
    ):
        assert not re.search(rf"(^|/){re.escape(name)}", text, re.MULTILINE), name
    package = (path for path in (root / "dlcourse").rglob("*") if path.is_file())
    for path in package:
        if not {"grading", "__pycache__"} & set(path.parts):
            assert path.relative_to(root).as_posix() in files
    grading = {name for name in files if name.startswith("dlcourse/grading/")}
    assert grading == {f"dlcourse/grading/{module}.py" for module in handout.GRADING}


@pytest.mark.slow
def test_it_is_the_same_each_time(root, files, given):
    assert handout.collect(root, ["hw1"]) == files
    assert handout.write(given, files, handout.notebooks(files, ["hw1"])) == (0, 0)


def test_set_up_files_are_whole(root, given):
    ours = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    theirs = tomllib.loads((given / "pyproject.toml").read_text(encoding="utf-8"))
    assert theirs["build-system"] == ours["build-system"]
    extras = theirs["project"].pop("optional-dependencies")
    full = ours["project"].pop("optional-dependencies")
    assert theirs["project"] == ours["project"]
    assert extras == {name: full[name] for name in ("torch", "course")}
    assert theirs["tool"] == {"hatch": ours["tool"]["hatch"]}
    for name in (theirs["project"]["readme"], *theirs["project"]["license-files"]):
        assert (given / name).is_file()
    conda = yaml.safe_load((given / "environment.yml").read_text(encoding="utf-8"))
    names = {re.split(r"[<>=]", part)[0] for part in conda["dependencies"]}
    assert {"python", "numpy", "pytorch", "jupyterlab", "nbgrader"} <= names
    assert "ruff" not in names
    makefile = (given / "Makefile").read_text(encoding="utf-8")
    for name in re.findall(r"tools/\w+\.\w+", makefile):
        assert (given / name).is_file()
    for name in re.findall(r"\]\((\w[^):]*)\)", (given / "README.md").read_text(encoding="utf-8")):
        assert (given / name).exists()
    code, out, err = run(given, sys.executable, "tools/create_environment.py", "--help")
    assert code == 0, err
    assert "--extras" in out


def test_validate_waits_as_long_as_the_grading(root, given):
    seconds = course.load_config(root).Execute.timeout
    assert course.load_config(given) == {"Execute": {"timeout": seconds}, "CourseDirectory": {}}


def test_the_command_knows_what_is_there(given):
    code, out, err = dlcourse(given, "--help")
    assert code == 0, err
    offered = set(re.findall(r"^    (\w+) ", out, re.MULTILINE))
    assert offered == {"doctor", "data", "check", "pack"}
    code, out, err = dlcourse(given, "doctor")
    assert code == 0, err
    assert "bubblewrap:" not in out  # nothing is missing that only authors and graders need
    assert "ruff:" not in out


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_check_and_pack_work_in_it(root, given, tmp_path):
    folder = shutil.copytree(given, tmp_path / "mine")
    path = folder / "assignments" / "hw1" / "hw1.ipynb"
    answers = bank.model_answers(course.read_notebook(course.solution_path(root, "hw1")))
    filled = bank.hand_in(course.read_notebook(path), {**answers, "relu": "def relu(z): return z"})
    filled.cells = [cell for cell in filled.cells if cell.id != "softmax-arguments"]
    nbformat.write(filled, path)
    code, out, err = run(folder, "make", "-s", "check", "HW=hw1", f"PY={sys.executable}")
    assert code != 0
    assert "Visible tests passed in 9 of 12 questions." in out, err
    assert "softmax-arguments: gone from the notebook" in out
    code, out, err = run(folder, "make", "-s", "pack", "HW=hw1", f"PY={sys.executable}")
    assert code == 0, err
    assert "softmax-arguments: the cell is gone" in out
    assert (folder / "hw1.zip").is_file()


@pytest.fixture
def small_root(root, small_course, tmp_path):
    folder = small_course.make(tmp_path / "root") if (tmp_path / "root").mkdir() is None else None
    for name in (*handout.FILES, "pyproject.toml", "environment.yml"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(root / name, folder / name)
    for name in ("lectures", "dlcourse"):
        (folder / name).mkdir()
        (folder / name / "a.ipynb").write_text('{"cells": [], "metadata": {}}')
    return folder


@pytest.mark.slow
def test_the_command_refuses_and_updates(small_root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(small_root)
    out = tmp_path / "out"
    assert main(["handout", str(out)]) == 2
    assert "run `dlcourse assignments`" in capsys.readouterr().err
    assert main(["assignments"]) == 0

    assert main(["handout", str(out)]) == 0
    assert "homework: small" in capsys.readouterr().out
    assert (out / "lectures" / "a.ipynb").is_file()
    assert handed_out.read(out)["cells"]["small"][:2] == ["imports", "twice"]

    # A lecture goes, another comes; what is not ours stays, git's folder too.
    (small_root / "lectures" / "a.ipynb").unlink()
    (small_root / "lectures" / "b.ipynb").write_text('{"cells": [], "metadata": {}}')
    (out / "mine.txt").write_text("a file of another")
    assert main(["handout", str(out)]) == 0
    assert "(1 new or changed, 1 removed)" in capsys.readouterr().out
    assert sorted(path.name for path in (out / "lectures").iterdir()) == ["b.ipynb"]
    assert (out / "mine.txt").is_file()

    # What gives an answer away is not passed over.
    leak = '{"cells": [{"cell_type": "code", "source": "### BEGIN SOLUTION"}], "metadata": {}}'
    (small_root / "lectures" / "b.ipynb").write_text(leak)
    assert main(["handout", str(out)]) == 1
    said = capsys.readouterr().err
    assert "b.ipynb: a border of a hidden region" in said
    assert "do not publish this" in said

    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "thesis.tex").write_text("years of work")
    assert main(["handout", str(strange)]) == 2
    assert "holds other files (thesis.tex, ...)" in capsys.readouterr().err
    assert [path.name for path in strange.iterdir()] == ["thesis.tex"]
    assert main(["handout", str(strange / "thesis.tex")]) == 2
