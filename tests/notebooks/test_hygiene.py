"""Every notebook in the repository is clean, and every lecture has what a lecture has."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("lectures", "solutions", "assignments")
NOTEBOOKS = [
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.ipynb"))
    if ".ipynb_checkpoints" not in path.parts
]
LECTURES = [path for path in NOTEBOOKS if path.parent.name == "lectures"]
# What a kernel writes differs from machine to machine; this does not.
NEUTRAL = {
    "kernelspec": [
        {"display_name": name, "language": "python", "name": "python3"}
        for name in ("Python 3", "Python 3 (ipykernel)")
    ],
    "language_info": [{"name": "python"}],
}
# What JupyterLab leaves behind of one person's reading.
READING_MARKS = {"collapsed", "scrolled", "ExecuteTime", "execution", "trusted"}
LINES_OF_A_CELL = 15


def names(paths):
    return [path.relative_to(ROOT).as_posix() for path in paths]


every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
every_lecture = pytest.mark.parametrize("path", LECTURES, ids=names(LECTURES))


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell):
    return "".join(cell["source"])


def prose(notebook):
    return "\n\n".join(source(c) for c in notebook["cells"] if c["cell_type"] == "markdown")


def test_the_repository_has_notebooks():
    assert {path.relative_to(ROOT).parts[0] for path in NOTEBOOKS} == set(FOLDERS)


@every_notebook
def test_it_follows_the_format(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


@every_notebook
def test_no_outputs_and_no_counts(path):
    for cell in code_cells(read(path)):
        assert cell["outputs"] == [], cell["id"]
        assert cell["execution_count"] is None, cell["id"]


@every_notebook
def test_no_metadata_of_a_machine_or_a_reader(path):
    notebook = read(path)
    metadata = notebook["metadata"]
    assert set(metadata) <= set(NEUTRAL) | {"mystnb"}
    for key in NEUTRAL.keys() & metadata.keys():
        assert metadata[key] in NEUTRAL[key], f"{key}: {metadata[key]}"
    for cell in notebook["cells"]:
        assert not READING_MARKS & set(cell["metadata"]), cell["id"]


@every_notebook
def test_cell_ids_are_unique_and_can_be_read(path):
    ids = [cell["id"] for cell in read(path)["cells"]]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    assert not repeated
    for name in ids:
        assert re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", name), f"{name}: words and hyphens"
        assert not re.fullmatch(r"[0-9a-f]{8,}|[0-9]+|cell-?[0-9]*", name), f"{name} says nothing"


@every_notebook
def test_its_first_code_cell_checks_the_version(path):
    from dlcourse import __version__

    first = source(code_cells(read(path))[0])
    written_for = re.search(r"dlcourse\.set_up\(\s*\"([\d.]+)\"", first)
    assert written_for, first
    series = ".".join(__version__.split(".")[:2])
    assert ".".join(written_for.group(1).split(".")[:2]) == series


@every_lecture
def test_its_first_cell_says_what_to_install(path):
    first = source(code_cells(read(path))[0])
    assert re.search(r"except (ImportError|ModuleNotFoundError):", first)
    assert "pip install" in first


@every_lecture
def test_code_cells_are_short(path):
    long = {
        cell["id"]: len(source(cell).splitlines())
        for cell in code_cells(read(path))
        if len(source(cell).splitlines()) > LINES_OF_A_CELL
    }
    assert not long


@every_lecture
def test_its_file_is_numbered(path):
    assert re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", path.name)


@every_lecture
def test_its_headings_step_down_by_one(path):
    text = re.sub(r"^(`{3,}|~{3,}|:{3,}).*?^\1", "", prose(read(path)), flags=re.M | re.S)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels


@every_lecture
@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("what you will be able to do", r"what you will be able to do"),
        ("what it builds on", r"builds? on"),
        ("the time it takes", r"\b\d+\s*(min|minutes|hours?|h)\b|\b(an|one|two) hours?\b"),
        ("Predict first", r"predict first"),
        ("What to remember", r"^## what to remember$"),
        ("exercises", r"^## exercises\b"),
        ("a numbered exercise", r"^[`:]{3,}\{exercise(-start)?\}"),
        ("a folded solution", r"^[`:]{3,}\{solution|<summary>[^<]*solution|class=\"solution\""),
        ("references through the bibliography", r"\{cite(:\w+)?\}`"),
    ],
)
def test_it_has_what_a_lecture_has(path, what, pattern):
    assert re.search(pattern, prose(read(path)), re.MULTILINE | re.IGNORECASE), f"no {what}"


@every_lecture
def test_every_prediction_has_a_folded_answer(path):
    text = prose(read(path))
    asked = len(re.findall(r"predict first", text, re.IGNORECASE))
    folded = len(re.findall(r"<details|class: .*dropdown|\{dropdown\}", text))
    assert folded >= asked >= 1


@every_lecture
def test_it_has_an_interactive_figure(path):
    assert any("flipbook" in source(cell) for cell in code_cells(read(path)))


@every_lecture
def test_every_figure_has_a_text(path):
    shown = [
        cell
        for cell in code_cells(read(path))
        if re.search(r"viz\.(show|flipbook)\(", source(cell))
    ]
    without = [cell["id"] for cell in shown if "alt=" not in source(cell)]
    assert shown
    assert not without


@pytest.fixture
def strip():
    """nbstripout as the commit hook calls it."""
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    (hook,) = [h for repo in repos for h in repo["hooks"] if h["id"] == "nbstripout"]
    command = [sys.executable, "-m", "nbstripout", *hook["args"]]
    return lambda paths: subprocess.run([*command, *map(str, paths)], check=True)


def test_the_commit_hook_leaves_clean_notebooks_alone(strip, tmp_path):
    copies = []
    for number, path in enumerate(NOTEBOOKS):
        copy = tmp_path / f"{number}.ipynb"
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        copies.append(copy)
    strip(copies)
    for path, copy in zip(NOTEBOOKS, copies, strict=True):
        assert read(copy) == read(path), path.name


def test_the_commit_hook_takes_away_what_a_run_leaves(strip, tmp_path):
    cell = nbformat.v4.new_code_cell("1 + 1", id="sum-of-two", execution_count=3)
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "2"})]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata = {
        "kernelspec": NEUTRAL["kernelspec"][1],
        "language_info": {
            "name": "python",
            "version": "3.12.1",
            "mimetype": "text/x-python",
            "file_extension": ".py",
            "codemirror_mode": {"name": "ipython", "version": 3},
            "nbconvert_exporter": "python",
            "pygments_lexer": "ipython3",
        },
    }
    path = tmp_path / "run.ipynb"
    nbformat.write(notebook, path)
    strip([path])
    stripped = read(path)
    assert stripped["metadata"]["language_info"] == {"name": "python"}
    assert stripped["cells"][0]["id"] == "sum-of-two"
    assert stripped["cells"][0]["outputs"] == []
    assert stripped["cells"][0]["execution_count"] is None
