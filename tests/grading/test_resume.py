"""A class graded again, in parallel, and after kill -9: always the same gradebook."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dlcourse.grading import batch
from dlcourse.grading.journal import FILE

ROOT = Path(__file__).parents[2]


def make_class(small, answer, root):
    """Eight submissions: what is entered, what is not, and two that are the same."""
    class_ = {
        "ann": answer(),
        "ben": answer(twice="def twice(x):\n    return x**2"),
        "cay": answer(twice=None, root=None, why=None),
        "dan": b"{",
        "eve": answer(root="def root(x):\n    return 2.0"),
        "fay": answer(),
        "gus": answer(root="import os\n\nos._exit(1)"),
        "hal": None,
    }
    small.make(root)
    for student, submission in class_.items():
        small.hand_in(root, student, submission)
    late = root / "grades" / "submitted" / "ben" / "small" / "timestamp.txt"
    late.write_text("2026-03-01 12:00:00 UTC", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def undisturbed(small_course, answer, tmp_path_factory):
    """The class, graded by one process after the other; and how long that took."""
    root = make_class(small_course, answer, tmp_path_factory.mktemp("course"))
    before = time.monotonic()
    summary = batch.grade(root, "small", root / "grades" / "submitted", batch.Options(jobs=1))
    return root, time.monotonic() - before, summary


@pytest.fixture
def again(undisturbed, tmp_path):
    """A copy of the class that was never graded."""
    root = tmp_path / "course"
    shutil.copytree(
        undisturbed[0],
        root,
        ignore=lambda folder, names: [
            name for name in names if Path(folder).name == "grades" and name != "submitted"
        ],
    )
    return root


def same(small, undisturbed, root):
    expected = undisturbed[0]
    assert small.contents(root) == small.contents(expected)
    assert small.csv_lines(root) == small.csv_lines(expected)
    for step in ("autograded", "feedback"):
        names = [
            sorted(p.relative_to(r / "grades").as_posix() for p in (r / "grades" / step).rglob("*"))
            for r in (expected, root)
        ]
        assert names[0] == names[1]


def test_the_undisturbed_run(undisturbed, small_course):
    root, _, summary = undisturbed
    states = {row.student: row.state for row in summary.rows}
    assert states == {
        "ann": "graded and awaiting hand marks",
        "ben": "graded and awaiting hand marks",
        "cay": "graded",
        "dan": "malformed",
        "eve": "graded and awaiting hand marks",
        "fay": "graded and awaiting hand marks",
        "gus": "graded and awaiting hand marks",
        "hal": "malformed",
    }
    held = {row[0] for row in small_course.contents(root)["grades"]}
    assert held == {"ann", "ben", "cay", "eve", "fay", "gus"}
    assert {row[7] for row in small_course.contents(root)["grades"] if row[0] == "ben"} == {
        "2026-03-01 12:00:00.000000"
    }


def test_marks_come_without_pages_and_pages_with_the_next_run(undisturbed, small_course, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(undisturbed[0], root)
    pages = sorted((root / "grades" / "feedback").rglob("*.html"))
    said = {page: page.read_text("utf-8") for page in pages}
    shutil.rmtree(root / "grades" / "feedback")
    (root / "grades" / "small" / "grades.csv").unlink()
    submitted = root / "grades" / "submitted"
    batch.grade(root, "small", submitted, batch.Options(jobs=1, pages=False))
    assert not (root / "grades" / "feedback").exists()
    assert small_course.csv_lines(root) == small_course.csv_lines(undisturbed[0])
    batch.grade(root, "small", submitted, batch.Options(jobs=1))
    assert {page: page.read_text("utf-8") for page in pages} == said
    same(small_course, undisturbed, root)


def test_a_second_run_grades_only_what_changed(undisturbed, small_course, answer, monkeypatch):
    root, _, _ = undisturbed
    before = small_course.contents(root), small_course.csv_lines(root)

    class NoPool:
        def __init__(self, jobs):
            from dlcourse.grading import fingerprint

            self.environment = fingerprint.environment()

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            pass

        def require_sandbox(self):
            pass

        def run(self, units):
            keys = [key for key, _ in units]
            assert keys == []
            return iter(())

    monkeypatch.setattr(batch, "Pool", NoPool)
    summary = batch.grade(root, "small", root / "grades" / "submitted")
    assert summary.kept == 8
    assert (small_course.contents(root), small_course.csv_lines(root)) == before


def test_parallel_equals_serial(undisturbed, again, small_course):
    summary = batch.grade(again, "small", again / "grades" / "submitted", batch.Options(jobs=3))
    assert summary.kept == 0
    same(small_course, undisturbed, again)


def start(root, stderr=subprocess.DEVNULL):
    """`dlcourse grade` as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "dlcourse", "grade", "small", "--jobs", "2"],
        cwd=root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        start_new_session=True,
    )


def kill_and_resume(undisturbed, root, small, moment):
    process = start(root)
    journal = root / "grades" / "small" / FILE
    while not journal.is_file() and process.poll() is None:
        time.sleep(0.01)  # what comes before the first result touches nothing
    time.sleep(moment * undisturbed[1])
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == [], "a killed run leaves processes behind"
    batch.grade(root, "small", root / "grades" / "submitted", batch.Options(jobs=2))
    same(small, undisturbed, root)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a signal")
@pytest.mark.parametrize("seed", [0, 1])
def test_killed_and_resumed(undisturbed, again, small_course, seed):
    moment = (seed + random.Random(seed).random()) / 2  # one in each half of the run
    kill_and_resume(undisturbed, again, small_course, moment)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a signal")
@pytest.mark.parametrize("seed", range(18))
def test_killed_at_random_moments_and_resumed(undisturbed, again, small_course, seed):
    kill_and_resume(undisturbed, again, small_course, random.Random(100 + seed).random())


@pytest.mark.skipif(os.name != "posix", reason="a process group gets the signal")
def test_ctrl_c_stops_a_run_in_a_line(undisturbed, again, small_course, answer):
    # One that takes its time, so that the run is not over when the signal comes.
    slow = "import time\n\ntime.sleep(4)\n\n\n"
    small_course.hand_in(again, "zoe", answer(twice=f"{slow}def twice(x):\n    return 2 * x"))
    process = start(again, stderr=subprocess.PIPE)
    while not (again / "grades" / "small" / FILE).is_file() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all that it started
    _, said = process.communicate(timeout=60)
    lines = [line for line in said.decode().splitlines() if line and not line.startswith("[")]
    assert lines == ["dlcourse grade: stopped; the next run goes on from here"]
    assert process.returncode == 130
    shutil.rmtree(again / "grades" / "submitted" / "zoe")
    batch.grade(again, "small", again / "grades" / "submitted", batch.Options(jobs=2))
    same(small_course, undisturbed, again)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a signal")
def test_one_run_at_a_time(again, small_course, capsys, monkeypatch):
    from dlcourse.cli import main

    process = start(again)
    try:
        lock = again / "grades" / ".lock"
        while not (lock.is_file() and lock.read_text()) and process.poll() is None:
            time.sleep(0.01)
        monkeypatch.chdir(again)
        assert main(["grade", "small"]) == 2
        said = capsys.readouterr().err
        assert f"another run is at work (process {process.pid} on " in said
        assert ", small, since " in said
    finally:
        process.kill()
        process.wait()
    assert main(["grade", "large"]) == 2  # the lock of a killed run binds nobody
    assert "no homework 'large'" in capsys.readouterr().err
