"""Killed at random moments and started again, a training ends as one that was never stopped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def outcomes(folder, root, **options):
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), str(folder)]
    command += [f"--{name}={value}" for name, value in options.items()]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # The writing of checkpoints is among the moments from which the fatal ones are drawn.
    assert {"step", "write", "before replace", "after replace", "before unlink"} <= set(
        found["events"]
    )
    return found["outcomes"]


@pytest.mark.parametrize(("loader", "seed"), [("torch", 0), ("device", 1)])
def test_a_killed_training_ends_as_one_that_was_not(tmp_path, root, loader, seed):
    found = outcomes(tmp_path, root, loader=loader, moments=3, seed=seed)
    assert [each for each in found if not each["same"]] == []
    assert len(found) == 3


@pytest.mark.slow
@pytest.mark.parametrize("loader", ["torch", "device"])
def test_twenty_random_moments(tmp_path, root, loader):
    found = outcomes(tmp_path, root, loader=loader, moments=20, seed=20)
    assert [each for each in found if not each["same"]] == []
    assert len(found) == 20
