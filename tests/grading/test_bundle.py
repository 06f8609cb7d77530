"""A submission as a unit of work, and the bundle that shows a failure again."""

import contextlib
import json
import subprocess
import sys
import threading
import time
import zipfile

import psutil
import pytest

from dlcourse.cli import main
from dlcourse.grading import batch, bundle, course, fingerprint, process
from dlcourse.grading.sandbox import bubblewrap
from dlcourse.grading.unit import Limits, Result, Unit, course_archive


@pytest.fixture(scope="module")
def archive(small_course, tmp_path_factory):
    return course_archive(small_course.make(tmp_path_factory.mktemp("course")), "small")


def unit(archive, notebook, **limits):
    data = notebook if isinstance(notebook, bytes) else course.nbformat.writes(notebook).encode()
    return Unit("small", "key", {"small.ipynb": data}, archive, Limits(**limits))


def test_a_unit_and_a_result_are_bytes_and_back(archive):
    first = unit(archive, b"{}", seconds=7, memory=800)
    assert Unit.unpack(first.pack()) == first
    result = Result("graded", "ß", 1.5, 2.5, {"q": None, "p": 1.0}, b"notebook", "log\n")
    assert Result.unpack(result.pack()) == result
    for broken in (b"", b"PK", first.pack()[:-50]):
        with pytest.raises(ValueError, match="no unit of grading"):
            Unit.unpack(broken)


@pytest.mark.parametrize("limits", [{"seconds": 0}, {"memory": -1}, {"seconds": float("nan")}])
def test_limits_are_positive(limits):
    with pytest.raises(ValueError, match="must be above 0"):
        Limits(**limits)


def test_a_unit_needs_nothing_of_this_machine(archive, answer, tmp_path):
    """Graded by a process that has the bytes, the package, and an empty folder."""
    (tmp_path / "unit").write_bytes(unit(archive, answer()).pack())
    root = batch.__file__.rsplit("/dlcourse/", 1)[0]
    code = (
        f"import sys; sys.path.insert(0, {root!r})\n"
        "from dlcourse.grading import process\n"
        "open('result', 'wb').write(process.run(open('unit', 'rb').read()))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    result = Result.unpack((tmp_path / "result").read_bytes())
    marks = {"twice-small": 1, "twice-negative": 2, "root-four": 2, "why": None}
    assert (result.state, result.marks) == ("graded", marks)
    assert result.seconds > 0
    assert 10 < result.memory < 2000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result", "unit"]


def running_zones():
    """All but the Template, which stays as long as the server that makes processes."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.name() == "bwrap" and bubblewrap.FORKING not in child.cmdline():
                found.append(child)
    return found


def test_stopping_leaves_nothing(archive, answer):
    hang = answer(root="import time\n\ntime.sleep(600)")
    stop, ended = threading.Event(), []

    def run():
        try:
            process.run(unit(archive, hang).pack(), stop)
        except process.Stopped:
            ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 30
    while not running_zones() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2)  # it has begun, also on a busy machine: the cell runs
    stop.set()
    thread.join(30)
    assert ended
    # The system ends a zone with its parent, and takes a moment over it.
    _, left = psutil.wait_procs(running_zones(), timeout=10)
    assert left == []


def test_a_spawned_process_grades_the_same(archive, answer, monkeypatch):
    """Where no server can fork, as on Windows, a process is started for each submission."""
    packed = unit(archive, answer(twice="def twice(x):\n    return x**2")).pack()
    forked = Result.unpack(process.run(packed))
    monkeypatch.setattr(process.prefork, "AVAILABLE", False)
    spawned = Result.unpack(process.run(packed))
    assert (spawned.state, spawned.marks) == (forked.state, forked.marks)
    assert spawned.marks["twice-negative"] == 0


def test_a_bundle_shows_a_failure_again(small_course, answer, tmp_path, monkeypatch, capsys):
    root = small_course.make(tmp_path)
    small_course.hand_in(root, "=ann", b'{"cells": [')
    monkeypatch.chdir(root)
    assert main(["grade", "small", "--seconds", "100"]) == 0
    said = capsys.readouterr().out
    (path,) = (root / "grades" / "small" / "failures").iterdir()
    assert path.name == "%3Dann.zip"
    assert f"dlcourse grade --bundle grades/small/failures/{path.name}" in said
    with zipfile.ZipFile(path) as file:
        names = set(file.namelist())
        versions = json.loads(file.read("versions.json"))
        readme = file.read("README.txt").decode()
    assert {"unit.json", "course.zip", "submission/small.ipynb", "log.txt"} <= names
    assert versions == fingerprint.environment()
    assert f"dlcourse grade --bundle {path.name}" in readme
    assert "100 s" in readme

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert main(["grade", "--bundle", str(path)]) == 0
    said = capsys.readouterr().out
    assert "was malformed: " in said
    assert "is malformed: " in said
    assert list(elsewhere.iterdir()) == []

    # Once it is graded, the bundle is gone.
    small_course.hand_in(root, "=ann", answer())
    batch.grade(root, "small", root / "grades" / "submitted")
    assert not path.exists()


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle(tmp_path, data, capsys):
    (tmp_path / "file.zip").write_bytes(data)
    assert main(["grade", "--bundle", str(tmp_path / "file.zip")]) == 2
    assert "is no bundle" in capsys.readouterr().err
    with pytest.raises(course.CourseError, match="is no bundle"):
        bundle.run(tmp_path / "missing.zip")


def test_what_changes_a_key(small_course, tmp_path):
    root = small_course.make(tmp_path)
    versions = {"python": "3.11"}

    def key(files=None, root=root, versions=versions, limits=None, sandbox=True):
        tests = fingerprint.tests(root, "small")
        return fingerprint.key(files or {"a": b"1"}, tests, versions, limits or Limits(), sandbox)

    keys = [
        key(),
        key({"a": b"2"}),
        key({"b": b"1"}),
        key({"a": b"", "1": b""}),
        key(versions={"python": "3.12"}),
        key(limits=Limits(seconds=1)),
        key(limits=Limits(memory=1)),
        key(sandbox=False),
    ]
    for name in ("solutions/small/small.ipynb", "nbgrader_config.py"):
        path = root / name
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
        keys.append(key())
    (root / "solutions" / "small" / "data.csv").write_text("1,2")
    keys.append(key())
    assert len(set(keys)) == len(keys)
    assert key() == keys[-1]
    checkpoints = root / "solutions" / "small" / ".ipynb_checkpoints"
    checkpoints.mkdir()
    (checkpoints / "small.ipynb").write_text("old")
    assert key() == keys[-1]


def test_the_sources_that_decide_a_mark_are_in_the_key(tmp_path, monkeypatch):
    """A change of a check or of the execution counts; one of the report does not."""
    assert fingerprint._matters("grading/checks.py")
    assert fingerprint._matters("grading/execution.py")
    assert fingerprint._matters("grading/remote/values.py")
    assert fingerprint._matters("grading/restore.py")
    assert fingerprint._matters("nn/module.py")
    assert not fingerprint._matters("grading/report.py")
    assert not fingerprint._matters("viz/style.py")
