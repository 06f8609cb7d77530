"""Notebooks that are none, or lie: each is refused with a sentence for its student, or graded."""

import json

import nbformat
import pytest

from dlcourse.grading import restore, worker
from dlcourse.grading.report import Row, table
from dlcourse.grading.unit import Malformed, Result


@pytest.fixture
def read(small_course, tmp_path):
    """A function: bytes of small.ipynb in, the submission or Malformed out."""

    def read(data, name="small.ipynb"):
        (tmp_path / name).write_bytes(data)
        return worker.read_submission(tmp_path, "small", small_course.notebook())

    return read


def changed(small_course, **top):
    """The notebook as JSON, with other values at its top."""
    return json.dumps(json.loads(nbformat.writes(small_course.notebook())) | top).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'"text"',
        b"42",
        b"{}",
        b'{"cells": [], "nbformat": 4}',
        b'{"nbformat": "four", "nbformat_minor": [], "metadata": 7, "cells": {}}',
        b"[" * 100_000,
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": ' + b"9" * 5000 + b"}",
        b"PK\x03\x04",
    ],
)
def test_what_is_no_notebook(read, data):
    with pytest.raises(Malformed, match=r"hand in") as error:
        read(data)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "cells",
    [
        [7],
        [{"cell_type": "code"}],
        [{"cell_type": "virus", "source": "", "metadata": {}}],
        [{"cell_type": "code", "source": 7, "metadata": {}, "outputs": []}],
        [{"cell_type": "markdown", "source": "", "metadata": [], "attachments": 7}],
    ],
)
def test_a_wrong_schema(read, small_course, cells):
    with pytest.raises(Malformed, match="not a notebook that Jupyter can open"):
        read(changed(small_course, cells=cells))


def test_a_cell_of_100_megabytes(read, small_course, monkeypatch):
    monkeypatch.setattr(worker.course, "read_notebook", lambda path: pytest.fail("read"))
    notebook = small_course.notebook()
    notebook.cells[3].source = "x" * 100_000_000
    with pytest.raises(Malformed, match="100 MB: clear all outputs"):
        read(nbformat.writes(notebook).encode())


@pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")
def test_ids_that_occur_twice(read, small_course):
    """A copied cell is no reason to refuse a notebook: every cell gets an id of its own."""
    notebook = small_course.notebook()
    notebook.cells += [cell.copy() for cell in notebook.cells[3:6]]
    found = read(nbformat.writes(notebook).encode())
    ids = [cell.id for cell in found.cells]
    assert len(ids) == len(set(ids)) == len(notebook.cells)
    assert restore.missing_cells(found, small_course.notebook()) == []


def test_text_that_is_none(read, small_course):
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "half \ud800"}]
    with pytest.raises(Malformed, match="not a notebook that Jupyter can open"):
        read(changed(small_course, cells=cells))


def test_another_homework(read):
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    with pytest.raises(Malformed, match="none of the homework's cells"):
        read(nbformat.writes(other).encode())


def test_another_name(read, tmp_path):
    with pytest.raises(Malformed, match=r"small.ipynb is missing, there is mine.ipynb"):
        read(b"{}", name="mine.ipynb")


def test_a_name_draws_no_lines_and_commands_no_terminal(read):
    names = "\x1b]0;mine\x07.ipynb", "a\nmallory  graded  7\n.ipynb", "\u202e.ipynb"
    for name in names:
        with pytest.raises(Malformed) as error:
            read(b"{}", name=name)
        note = Result("malformed", str(error.value)).note
        assert note.isprintable()
        said = table([Row("ann", "malformed", None, 0.0, 0.0, note)]).splitlines()
        assert not any(line.startswith("mallory") for line in said)
    assert Result("grader error", "\ud800").note.encode() == b"\\ud800"


def test_a_link_is_missing(small_course, tmp_path):
    (tmp_path / "small.ipynb").symlink_to("/etc/passwd")
    with pytest.raises(Malformed, match="is missing"):
        worker.read_submission(tmp_path, "small", small_course.notebook())


@pytest.mark.slow
def test_attachments_stay_where_they_are(small_course, answer, tmp_path):
    """A picture named after a path is graded with its cell and written to no path."""
    from dlcourse.grading import batch

    (tmp_path / "course").mkdir()
    root = small_course.make(tmp_path / "course")
    notebook = answer(why="![up](attachment:../../../../escaped.png)")
    for cell in notebook.cells:
        if cell.id == "why":
            cell["attachments"] = {"../../../../escaped.png": {"image/png": "AAAA"}}
    small_course.hand_in(root, "ann", notebook)
    before = {path for path in tmp_path.rglob("*") if "grades" not in path.parts}
    (row,) = batch.grade(root, "small", root / "grades" / "submitted").rows
    assert row.state == "graded and awaiting hand marks"
    assert {path for path in tmp_path.rglob("*") if "grades" not in path.parts} == before
    assert [*tmp_path.rglob("escaped*")] == []
