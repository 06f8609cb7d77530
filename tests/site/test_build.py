"""book/build.py: what runs again, what does not, and what stops the build."""

import os
import shutil
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .conftest import ROOT, load_build, run_build


@pytest.fixture
def build():
    return load_build()


@pytest.fixture
def package(tmp_path):
    """A small repository: one file of the package, and constraints."""
    (tmp_path / "dlcourse").mkdir()
    (tmp_path / "dlcourse" / "a.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "constraints.txt").write_text("numpy==2.0\n", encoding="utf-8")
    return tmp_path


def test_the_key_follows_everything_that_outputs_depend_on(build, package, monkeypatch):
    monkeypatch.delenv("DLCOURSE_FULL", raising=False)
    keys = [build.environment_key(package)]
    (package / "dlcourse" / "a.py").write_text("x = 2\n", encoding="utf-8")
    keys.append(build.environment_key(package))
    (package / "dlcourse" / "table.csv").write_text("1\n", encoding="utf-8")
    keys.append(build.environment_key(package))
    (package / "constraints.txt").write_text("numpy==2.1\n", encoding="utf-8")
    keys.append(build.environment_key(package))
    monkeypatch.setenv("DLCOURSE_FULL", "1")
    keys.append(build.environment_key(package))
    monkeypatch.setattr(build, "version_of", lambda package: "99")
    keys.append(build.environment_key(package))
    assert len(set(keys)) == len(keys)


def test_the_key_ignores_what_does_not_matter(build, package):
    before = build.environment_key(package)
    (package / "dlcourse" / "__pycache__").mkdir()
    (package / "dlcourse" / "__pycache__" / "a.pyc").write_bytes(b"1")
    os.utime(package / "dlcourse" / "a.py", (0, 0))
    assert build.environment_key(package) == before


def test_a_new_style_sheet_makes_new_pages_and_runs_nothing_again(build, package):
    (package / "book" / "_static").mkdir(parents=True)
    style = package / "book" / "_static" / "course.css"
    keys, environments = [], []
    for text in ("p { color: black }", "p { color: blue }"):
        style.write_text(text, encoding="utf-8")
        keys.append(build.pages_key(package))
        environments.append(build.environment_key(package))
    (package / "dlcourse" / "a.py").write_text("x = 2\n", encoding="utf-8")
    keys.append(build.pages_key(package))
    assert len(set(keys)) == 3
    assert environments[0] == environments[1]


def test_old_caches_are_pruned(build, tmp_path):
    for age, name in enumerate("abcde"):
        folder = tmp_path / name
        folder.mkdir()
        os.utime(folder, (1000 - age, 1000 - age))
    assert build.choose_cache("d", tmp_path, keep=3) == tmp_path / "d"
    assert {path.name for path in tmp_path.iterdir()} == {"d", "a", "b"}


def test_pages_of_another_package_are_forgotten(build, tmp_path):
    build.forget_pages_not_of("one", tmp_path)
    (tmp_path / "html").mkdir()
    build.forget_pages_not_of("one", tmp_path)
    assert (tmp_path / "html").exists()
    build.forget_pages_not_of("two", tmp_path)
    assert not (tmp_path / "html").exists()


TOC = """format: jb-book
root: book/index
chapters:
  - file: lectures/one
"""


@pytest.fixture
def course(tmp_path):
    """A course of one lecture, with this repository's book/ and things that are no pages."""
    root = tmp_path / "course"
    unwanted = shutil.ignore_patterns("_build", "__pycache__", "*.md")
    shutil.copytree(ROOT / "book", root / "book", ignore=unwanted)
    shutil.copytree(ROOT / "dlcourse", root / "dlcourse", ignore=unwanted)
    (root / "book" / "_toc.yml").write_text(TOC, encoding="utf-8")
    (root / "book" / "index.md").write_text("# A course\n", encoding="utf-8")
    (root / "lectures").mkdir()
    for stray in (".venv/lib/README.md", "grades/hw1/page.md", ".hidden/a.md", "README.md"):
        (root / stray).parent.mkdir(parents=True, exist_ok=True)
        (root / stray).write_text("no heading, {ref}`nowhere`\n", encoding="utf-8")
    return root


def write_lecture(root, code):
    cells = [new_markdown_cell("# One"), new_code_cell(code)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell{number}"
    nbformat.write(new_notebook(cells=cells), root / "lectures" / "one.ipynb")


def test_an_error_in_a_cell_stops_the_build_and_is_shown(course):
    write_lecture(course, "total = 7\ntotal / 0")
    result = run_build(course)
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert "lectures/one.ipynb" in said
    assert "total / 0" in said
    assert "ZeroDivisionError" in said


def test_a_lecture_runs_in_this_interpreter_and_again_only_after_a_change(course):
    write_lecture(course, "import dlcourse, sys\nprint(sys.executable, dlcourse.full_run())")
    page = course / "book" / "_build" / "html" / "lectures" / "one.html"
    first = run_build(course, DLCOURSE_FULL="")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Executing notebook" in first.stdout
    assert f"{sys.executable} False" in page.read_text(encoding="utf-8")

    page.unlink()
    shutil.rmtree(course / "book" / "_build" / "doctrees")
    again = run_build(course, DLCOURSE_FULL="")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Executing notebook" not in again.stdout
    assert "Using cached notebook" in again.stdout
    assert page.exists()

    full = run_build(course, DLCOURSE_FULL="1")
    assert full.returncode == 0, full.stdout + full.stderr
    assert "Executing notebook" in full.stdout
    assert f"{sys.executable} True" in page.read_text(encoding="utf-8")
