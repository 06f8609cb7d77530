"""`dlcourse audit`: every kind of leak is planted and found; what is no leak is not."""

import base64
import gzip
import html
import io
import json
import shutil
import subprocess
import tarfile
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_output

from dlcourse.cli import main
from dlcourse.grading import audit, course, handed_out, handout, secret_text, unwrap
from dlcourse.grading.restore import cell_name

ANSWER = """\
    gradient = softmax(scores)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)"""
HIDDEN = "z = np.random.default_rng(13).uniform(-30, 30, size=(3, 4, 2))"
LINE = 'checks.array(twice({}), 628318, "twice of a large number")'
RUBRIC = "(mapped, folded) until they are linearly separable."


@pytest.fixture(scope="module")
def secrets(root):
    return secret_text.of_course(root)


@pytest.fixture(scope="module")
def clean(root, tmp_path_factory):
    """The true hand-out of this course."""
    folder = tmp_path_factory.mktemp("clean") / "handout"
    files = handout.collect(root, ["hw1"])
    handout.write(folder, files, handout.notebooks(files, ["hw1"]))
    return folder


@pytest.fixture
def given(clean, tmp_path):
    """A part of the hand-out, small enough to be spoiled in every test: .add(name, data)."""
    folder = tmp_path / "out"
    for name in ("assignments", handed_out.NAME):
        source = clean / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        folder.mkdir(exist_ok=True)
        copy(source, folder / name)
    return folder


def add(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def change(folder, edit):
    """Edit the notebook that is handed out."""
    path = folder / "assignments" / "hw1" / "hw1.ipynb"
    nb = course.read_notebook(path)
    edit(nb)
    nbformat.write(nb, path)
    return path


def whats(folder, secrets):
    return {finding.what for finding in audit.audit([folder], secrets)}


def test_the_true_handout_is_clean(clean, secrets):
    assert audit.audit([clean], secrets) == []
    assert len(secrets.regions) > 50


def test_lectures_and_library_raise_no_alarm(root, secrets):
    """They treat the same subject in other words, bank included."""
    paths = [root / "lectures", *sorted((root / "dlcourse" / "nn").rglob("*.py"))]
    for path in paths:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        assert list(secrets.find(text)) == [], path


def zipped(text, name="a.txt"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, text)
    return out.getvalue()


def tarred(text):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        info = tarfile.TarInfo("deep/a.txt")
        info.size = len(text)
        file.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def wrapped(text):
    """The same code, indented, and broken over lines."""
    return "\n".join("        " + line.replace("(", "(\n    ") for line in text.split("\n"))


FORMS = {
    "plain.py": lambda text: text,
    "wrapped.py": wrapped,
    "page.html": lambda text: "<pre>" + html.escape(text).replace(" ", "<span> </span>") + "</pre>",
    "escaped.js": lambda text: json.dumps({"a": text}) + ";",
    "data.json": lambda text: json.dumps([{"deep": [1, text]}]),
    "lines.json": lambda text: json.dumps([line + "\n" for line in text.split("\n")]),
    "one.zip": zipped,
    "two.zip": lambda text: zipped(zipped(text), "inner.zip"),
    "a.tar.gz": tarred,
    "a.gz": lambda text: gzip.compress(text.encode()),
    "picture.svg": lambda text: (
        "data:text/plain;base64," + base64.b64encode(text.encode()).decode()
    ),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    ("text", "what"),
    [
        (ANSWER, "the solution of hw1, cross_entropy_gradient"),
        ("x = 1\n" + HIDDEN + "\ny = 2" + " " * 60, "a hidden test of hw1, activations-sigmoid"),
        ("...\nmoved " + RUBRIC + " " * 60, "the model answer of hw1, xor"),
    ],
    ids=["answer", "hidden", "rubric"],
)
def test_secret_text_in_every_form(tmp_path, secrets, name, text, what):
    path = add(tmp_path, name, FORMS[name](text))
    found = audit.audit([path], secrets)
    assert what in {finding.what for finding in found}
    assert {finding.path for finding in found} == {str(path)}


def cell(nb, name):
    return next(cell for cell in nb.cells if cell_name(cell) == name)


def set_source(name, source):
    def edit(nb):
        cell(nb, name).source = source

    return edit


def set_output(nb):
    cell(nb, "softmax").outputs = [new_output("stream", text="[0.25 0.75]")]


def set_count(nb):
    cell(nb, "softmax").execution_count = 7


def attach(nb):
    packed = base64.b64encode(zipped(ANSWER)).decode()
    nb.cells[0].attachments = {"a.png": {"image/png": packed}}


def hide_in_metadata(nb):
    nb.cells[0].metadata["tags"] = ["a", ANSWER]


def widget_state(nb):
    nb.metadata["widgets"] = {"state": 1}


def comment(nb):
    cell(nb, "softmax").metadata.nbgrader["comment"] = "was wrong last year"


def timing(nb):
    cell(nb, "softmax").metadata["execution"] = {"iopub.status.busy": "2026-01-01"}


@pytest.mark.parametrize(
    ("edit", "what", "where"),
    [
        (
            set_source("softmax", "### BEGIN SOLUTION\npass"),
            "a border of a hidden region",
            "softmax",
        ),
        (
            set_source("softmax-values", "1\n### BEGIN HIDDEN TESTS"),
            "a border of a hidden region",
            "softmax-values",
        ),
        (
            set_source("cross_entropy_gradient", ANSWER),
            "the solution of hw1, cross_entropy_gradient",
            "cross_entropy_gradient",
        ),
        (set_output, "an output", "softmax"),
        (set_count, "an execution count", "softmax"),
        (attach, "the solution of hw1, cross_entropy_gradient", "attachments"),
        (hide_in_metadata, "the solution of hw1, cross_entropy_gradient", "tags"),
        (widget_state, "metadata 'widgets' of the notebook", ""),
        (comment, "metadata 'comment'", "softmax"),
        (timing, "metadata 'execution'", "softmax"),
    ],
)
def test_leaks_of_a_notebook(given, secrets, edit, what, where):
    path = change(given, edit)
    found = [f for f in audit.audit([given], secrets) if f.what == what]
    assert found, what
    assert found[0].path == str(path)
    assert where in found[0].where
    assert str(path) in str(found[0])
    assert what in str(found[0])


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("dlcourse/__pycache__/a.cpython-311.pyc", "byte code"),
        ("a.pyc", "byte code"),
        ("lectures/.ipynb_checkpoints/x.ipynb", "a checkpoint"),
        ("hw1-checkpoint.ipynb", "a checkpoint"),
        ("solutions/hw1/readme.txt", "the solutions' folder"),
        ("tests/banks/hw1/a.txt", "the bank's folder"),
        ("grades/grades.csv", "grades"),
        ("gradebook.db", "a gradebook"),
    ],
)
def test_names_that_betray(given, secrets, name, what):
    add(given, name, b"{}")
    assert what in whats(given, secrets)
    inside = add(given, "packed.zip", zipped("x", name))
    (given / name).unlink()
    assert what in {f.what for f in audit.audit([inside], secrets)}


def test_a_right_answer_of_the_bank_is_found(given, root, secrets):
    path = root / "tests" / "banks" / "hw1" / "linear" / "right_einsum.py"
    add(given, "notes.txt", path.read_text(encoding="utf-8").split('"""')[2])
    assert "the solution of hw1, linear, right_einsum of the bank" in whats(given, secrets)


def test_links_are_found(given, secrets, tmp_path):
    (given / "link.ipynb").symlink_to(tmp_path)
    assert whats(given, secrets) == {"a link, which is no part of a hand-out"}


def test_what_was_removed_is_still_in_the_history(given, secrets):
    def git(*arguments):
        options = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", given, *options, *arguments], check=True, capture_output=True)

    git("init")
    leak = add(given, "notes.txt", ANSWER)
    git("add", ".")
    git("commit", "-m", "one")
    leak.unlink()
    git("commit", "-a", "-m", "two")
    (finding,) = audit.audit([given], secrets)
    assert finding.what == "the solution of hw1, cross_entropy_gradient"
    assert finding.path.endswith("(history)/notes.txt")


def test_single_lines_that_everybody_writes_say_nothing(secrets):
    for line in (
        "return gradient",
        "for _ in range(max_epochs):",
        "rng = np.random.default_rng(3)",
    ):
        assert list(secrets.find(f"def f():\n    {line}\n")) == []


def test_archives_that_lie_end(given, secrets):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", b"0" * 1_000_000)
    add(given, "bomb.zip", bomb.getvalue())
    add(given, "broken.zip", b"PK\x03\x04 and nothing")
    assert whats(given, secrets) == set()
    nested = b"x"
    for _ in range(20):
        nested = gzip.compress(nested)
    assert len(list(unwrap.texts("a.gz", nested))) <= 2 * unwrap.DEEPEST + 2


def test_the_command(small_course, tmp_path, monkeypatch, capsys):
    root = small_course.make(tmp_path)
    monkeypatch.chdir(root)
    assert main(["audit"]) == 2
    assert "nothing to look at: no assignments or" in capsys.readouterr().err
    add(root, "dist/handout/notes.txt", LINE.format(small_course.HIDDEN))
    assert main(["audit"]) == 1
    said = capsys.readouterr().out
    assert "notes.txt: a hidden test of small, twice-small" in said
    assert "1 findings in 1 files" in said
    add(root, "dist/handout/notes.txt", "nothing")
    assert main(["audit", "dist"]) == 0
    assert main(["audit", "nowhere"]) == 2
