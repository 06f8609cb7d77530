"""The script that the API page shows, run as a student runs it."""

import os
import subprocess
import sys

import pytest


def run(root, folder, *launcher):
    pytest.importorskip("sklearn")
    script = root / "book" / "api" / "train_digits.py"
    command = [sys.executable, *launcher, str(script), "--checkpoint", str(folder), "--epochs", "4"]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()


def accuracy(line):
    assert line.startswith("epoch 4: loss")
    return float(line.rpartition(" ")[2].rstrip("%"))


@pytest.mark.slow
def test_it_learns_and_started_again_has_nothing_left_to_do(tmp_path, root):
    lines = run(root, tmp_path)
    assert accuracy(lines[-1]) > 90
    again = run(root, tmp_path)
    assert again[-2].endswith("4 epochs are done and nothing is left to do")
    assert again[-1] == lines[-1]


@pytest.mark.slow
def test_torchrun_starts_the_same_script(tmp_path, root):
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    assert accuracy(run(root, tmp_path, *launcher)[-1]) > 90
