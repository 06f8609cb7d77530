"""The same class on a Dask cluster of two local workers, one of which is killed midway."""

import contextlib
import os
import signal
import sys
import threading
import time

import pytest

from dlcourse.grading import batch, fingerprint
from dlcourse.grading.course import CourseError

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
# Dask closes its sockets and loops in its own time.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Two worker processes, each with a nanny that starts it again, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def make(small, answer, root):
    small.make(root)
    for number in range(6):
        # Distinct, and slow enough to be caught at work.
        wait = f"import time\n\ntime.sleep(0.3)\nnumber = {number}\n\n\n"
        small.hand_in(root, f"s{number}", answer(root=f"{wait}def root(x):\n    return x**0.5"))
    small.hand_in(root, "wrong", answer(twice="def twice(x):\n    return x**2"))
    return root


@pytest.mark.slow
def test_a_worker_that_dies_costs_only_time(small_course, answer, tmp_path_factory, cluster):
    local = make(small_course, answer, tmp_path_factory.mktemp("local"))
    batch.grade(local, "small", local / "grades" / "submitted")
    there = make(small_course, answer, tmp_path_factory.mktemp("there"))
    killed = []

    def kill_one():
        pid = next(iter(cluster.workers.values())).pid
        time.sleep(0.5)
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)

    @contextlib.contextmanager
    def progress(total):
        threading.Thread(target=kill_one, daemon=True).start()
        yield lambda row: None

    options = batch.Options(scheduler=cluster.scheduler_address, progress=progress)
    summary = batch.grade(there, "small", there / "grades" / "submitted", options)
    assert len(killed) == 1
    assert {row.state for row in summary.rows} == {"graded and awaiting hand marks"}
    assert small_course.contents(there) == small_course.contents(local)
    assert small_course.csv_lines(there) == small_course.csv_lines(local)


@pytest.mark.slow
def test_a_submission_that_kills_its_workers_is_given_up(monkeypatch, cluster):
    from dlcourse.grading import cluster as module

    def die(packed, environment):
        os._exit(1)

    monkeypatch.setattr(module, "grade", die)
    with module.Cluster(cluster.scheduler_address) as place:
        ((tag, result),) = place.run([("tag", b"unit")])
    assert (tag, result.state) == ("tag", "grader error")
    assert "4 workers of the cluster died" in result.note


class OurEnvironment:
    """Stands in for `fingerprint.environment` here; a worker that is sent it finds its own."""

    def __call__(self):
        return {"dlcourse": "another"}

    def __reduce__(self):
        return getattr, (fingerprint, "environment")


def test_workers_must_be_alike(monkeypatch, cluster):
    from dlcourse.grading.cluster import Cluster

    monkeypatch.setattr(fingerprint, "environment", OurEnvironment())
    with pytest.raises(CourseError, match="another dlcourse"):
        Cluster(cluster.scheduler_address)


def test_nobody_there(monkeypatch):
    from dlcourse.grading import cluster as module

    monkeypatch.setattr(module, "_WAIT", 0.5)
    with pytest.raises(CourseError, match="no Dask scheduler answers at tcp:"):
        module.Cluster("tcp://127.0.0.1:9")


@pytest.mark.parametrize("address", ["localhost", "tcp://host", "tcp://host:eight"])
def test_what_is_no_address(address):
    from dlcourse.grading.cluster import Cluster

    with pytest.raises(CourseError, match="is no scheduler's address, as tcp://host:8786"):
        Cluster(address)


def test_without_dask(monkeypatch):
    from dlcourse.grading.cluster import Cluster

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match=r"pip install 'dlcourse\[cluster\]'"):
        Cluster("tcp://127.0.0.1:9")
