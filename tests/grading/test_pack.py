"""`dlcourse pack`: what goes into the file, what is said to be missing, and who can read it."""

import base64
import io
import os
import random
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_output
from PIL import Image

from dlcourse.cli import main
from dlcourse.grading import course, handed_out, pack

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "assignments" / "small"
    place.mkdir(parents=True)
    return place


def save(folder, notebook, name="small.ipynb"):
    nbformat.write(notebook, folder / name)
    return folder / name


def inside(packed):
    with zipfile.ZipFile(io.BytesIO(packed.data)) as file:
        names = file.namelist()
        return names, nbformat.reads(file.read(names[0]).decode(), as_version=4)


def test_the_notebook_alone_and_no_outputs(folder, answer):
    nb = answer()
    for number, cell in enumerate(nb.cells, start=1):
        cell.metadata["execution"] = {"iopub.status.busy": "2026-01-01"}
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [new_output("stream", text="/home/ann/secret " + "x" * 10**6)]
    nb.metadata["widgets"] = {"state": "/home/ann"}
    (folder / "grades.csv").write_text("not to be handed in")
    packed = pack.pack(save(folder, nb))
    names, clean = inside(packed)
    assert names == ["small/small.ipynb"]
    assert [cell.source for cell in clean.cells] == [cell.source for cell in nb.cells]
    assert len(packed.data) < 20_000
    text = nbformat.writes(clean)
    assert "/home/ann" not in text
    assert "execution" not in text.replace("execution_count", "")
    graded = course.graded_cells
    assert graded(clean) == graded(nb)
    assert (packed.missing, packed.notes) == ((), ())


def test_the_same_notebook_gives_the_same_bytes(folder, answer):
    path = save(folder, answer())
    first = pack.pack(path).data
    os.utime(path, (1, 1))
    nb = course.read_notebook(path)
    nb.cells[3].outputs = [new_output("stream", text=str(random.random()))]
    save(folder, nb)
    assert pack.pack(path).data == first


def test_what_is_missing_is_named(folder, answer):
    nb = answer(
        twice="def twice(x):\n    if x:\n        return 2 * x\n    raise NotImplementedError()",
        root=None,
        why="YOUR ANSWER HERE\n\nlater",
    )
    text = "\n".join(pack.pack(save(folder, nb)).missing)
    assert "twice: `raise NotImplementedError` is still in line 4" in text
    assert "root: not answered" in text
    assert "why: `YOUR ANSWER HERE` still stands" in text

    nb = answer(twice="def twice(x)\n    return x", root="%matplotlib inline\n!ls\nroot = abs")
    (line,) = pack.pack(save(folder, nb)).missing
    assert line == "twice: SyntaxError: expected ':' (line 1)"


def test_a_blank_homework_misses_every_answer(folder):
    nb = course.read_notebook(ROOT / "assignments" / "hw1" / "hw1.ipynb")
    blank = pack.pack(save(folder.parent / "small", nb, "hw1.ipynb")).missing
    answers = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert blank == tuple(f"{c.metadata.nbgrader.grade_id}: not answered" for c in answers)


def test_changed_and_deleted_cells_are_named(folder, answer):
    nb = answer()
    handed_out.write(folder.parents[1], "0.1.0", {}, {"small": nb})
    nb.cells = [cell for cell in nb.cells if cell.id != "root-four"]
    next(cell for cell in nb.cells if cell.id == "twice-small").source = "pass"
    text = "\n".join(pack.pack(save(folder, nb)).missing)
    assert "twice-small: this locked cell is changed" in text
    assert "root-four: the cell is gone" in text


def test_the_file_beside_it(folder, answer):
    path = save(folder, answer())
    copy = save(folder, answer(), "small-Copy1.ipynb")
    checkpoint = folder / ".ipynb_checkpoints" / "small-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text("{}")
    for file, time in ((path, 1000), (copy, 2000), (checkpoint, 3000)):
        os.utime(file, (time, time))
    notes = "\n".join(pack.pack(path).notes)
    assert "small-Copy1.ipynb lies beside it and is newer" in notes
    assert "save the notebook and pack again" in notes
    packed = pack.pack(copy)
    assert "handed in under its right name, small.ipynb" in packed.notes[0]
    assert inside(packed)[0] == ["small/small.ipynb"]


def test_pictures_travel_in_the_notebook(folder, answer):
    Image.new("RGB", (2, 2)).save(folder / "my proof.png")
    (folder / "drawing.svg").write_text("<svg/>")
    (folder.parent / "outside.png").write_bytes(b"x")
    nb = answer(
        why="![a](my%20proof.png) ![b](drawing.svg) ![c](../outside.png) ![d](gone.png) "
        "![e](https://example.org/e.png)"
    )
    nb.cells.append(new_markdown_cell("![f](attachment:f.png)"))
    nb.cells[-1].attachments = {"f.png": {"image/png": "AAAA"}, "g": {"image/svg+xml": "AAAA"}}
    packed = pack.pack(save(folder, nb))
    _, clean = inside(packed)
    why = next(cell for cell in clean.cells if cell.id == "why")
    assert why.source.startswith("![a](attachment:my_proof.png) ![b](drawing.svg)")
    data = base64.b64decode(why.attachments["my_proof.png"]["image/png"])
    assert data == (folder / "my proof.png").read_bytes()
    assert clean.cells[-1].attachments == {"f.png": {"image/png": "AAAA"}}
    text = "\n".join(packed.notes)
    assert "drawing.svg is left out: only PNG and JPEG" in text
    assert "../outside.png is left out: it lies outside" in text
    assert "gone.png is left out: there is no such file" in text
    assert "the picture g is left out" in text


def test_the_command(folder, answer, monkeypatch, capsys):
    save(folder, answer(root=None))
    monkeypatch.chdir(folder.parents[1])
    assert main(["pack", "small"]) == 0
    said = capsys.readouterr().out
    assert "packed small.ipynb into small.zip" in said
    assert "  - root: not answered" in said
    assert zipfile.ZipFile("small.zip").namelist() == ["small/small.ipynb"]
    assert main(["pack", "small", "--output", "elsewhere/small.zip"]) == 2
    assert main(["pack", "small", "--output", "small.tar"]) == 2
    assert main(["pack", "large"]) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 3
    assert not list(Path().glob("*.part"))


def test_outputs_of_a_file_that_was_no_notebook(folder):
    (folder / "small.ipynb").write_text("[]")
    with pytest.raises(course.CourseError, match="not a notebook"):
        pack.pack(folder / "small.ipynb")
