"""The first cell of a notebook: version check, seed, threads, the switch for large runs."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import dlcourse
from dlcourse import notebook

MAJOR, MINOR = (int(part) for part in dlcourse.__version__.split(".")[:2])


@pytest.fixture(autouse=True)
def short_run(monkeypatch):
    monkeypatch.delenv("DLCOURSE_FULL", raising=False)


def in_fresh_process(code, **variables):
    """Run code that prints JSON; what it sets lasts no longer than its process."""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout.splitlines()[-1])


def test_the_seed_decides_what_is_drawn():
    dlcourse.set_up(f"{MAJOR}.{MINOR}", seed=3, threads=None)
    drawn = dlcourse.default_rng().random(4)
    np.testing.assert_array_equal(drawn, np.random.default_rng(3).random(4))


def test_the_line_to_print_says_what_was_set():
    line = dlcourse.set_up(f"{MAJOR}.{MINOR}.9", seed=12, threads=None)
    assert line == f"dlcourse {dlcourse.__version__}, seed 12, short run"


@pytest.mark.parametrize("written_for", [f"{MAJOR}.{MINOR + 1}", f"{MAJOR + 1}.0"])
def test_a_notebook_newer_than_the_package(written_for):
    with pytest.raises(RuntimeError, match="upgrade dlcourse") as error:
        dlcourse.set_up(written_for)
    message = str(error.value)
    assert f"needs dlcourse {written_for}" in message
    assert f"{dlcourse.__version__} is installed" in message
    assert "\n" not in message


@pytest.mark.parametrize("installed", ["0.2.0", "1.0.3", "0.10.0"])
def test_a_notebook_older_than_the_package(monkeypatch, installed):
    monkeypatch.setattr(notebook, "__version__", installed)
    with pytest.raises(RuntimeError, match=r"pip install 'dlcourse==0\.1\.\*'") as error:
        dlcourse.set_up("0.1")
    message = str(error.value)
    assert "written for dlcourse 0.1" in message
    assert f"dlcourse {installed} is installed" in message
    assert "\n" not in message


def test_a_version_is_not_compared_as_text(monkeypatch):
    monkeypatch.setattr(notebook, "__version__", "0.10.0")
    with pytest.raises(RuntimeError, match="was written for"):
        dlcourse.set_up("0.9")


@pytest.mark.parametrize("written_for", ["1", "", "one.two", None])
def test_what_is_no_version_is_refused(written_for):
    with pytest.raises(ValueError, match=r"a version reads like '0\.1'"):
        dlcourse.set_up(written_for)


@pytest.mark.parametrize(
    ("threads", "kind"), [(0, ValueError), (-2, ValueError), ("2", TypeError), (True, TypeError)]
)
def test_what_is_no_number_of_threads_is_refused(threads, kind):
    with pytest.raises(kind, match="threads must be"):
        dlcourse.set_up(f"{MAJOR}.{MINOR}", threads=threads)


def test_numpy_is_held_to_the_threads():
    pytest.importorskip("threadpoolctl")
    pools = in_fresh_process(
        "import json, dlcourse, threadpoolctl; dlcourse.set_up('0.1', threads=1);"
        "print(json.dumps([pool['num_threads'] for pool in threadpoolctl.threadpool_info()]))"
    )
    assert pools
    assert set(pools) == {1}


@pytest.mark.parametrize("order", ["import torch, dlcourse", "import dlcourse"])
def test_torch_is_held_to_the_threads_imported_before_or_after(order):
    pytest.importorskip("torch")
    threads = in_fresh_process(
        f"{order}; dlcourse.set_up('0.1', threads=1); import torch; print(torch.get_num_threads())"
    )
    assert threads == 1


def test_torch_is_seeded_when_it_is_there_and_never_imported():
    pytest.importorskip("torch")
    loaded = in_fresh_process(
        "import json, sys, dlcourse; dlcourse.set_up('0.1');"
        "print(json.dumps('torch' in sys.modules))"
    )
    assert loaded is False
    seed = in_fresh_process(
        "import torch, dlcourse; dlcourse.set_up('0.1', seed=77); print(torch.initial_seed())"
    )
    assert seed == 77


def test_a_full_run_keeps_every_thread():
    line, variable = in_fresh_process(
        "import json, os, dlcourse;"
        "print(json.dumps([dlcourse.set_up('0.1'), os.environ.get('OMP_NUM_THREADS')]))",
        DLCOURSE_FULL="1",
    )
    assert line.endswith("full run")
    assert variable is None


@pytest.mark.parametrize(
    ("value", "full"),
    [("1", True), ("yes", True), ("0", False), ("", False), (" No ", False), ("off", False)],
)
def test_the_switch_for_large_runs(monkeypatch, value, full):
    monkeypatch.setenv("DLCOURSE_FULL", value)
    assert dlcourse.full_run() is full
