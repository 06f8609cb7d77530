"""Two processes under torchrun against one process with the whole batch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

from dlcourse.training import distributed
from dlcourse.training.shares import Share, divide

SCRIPT = Path(__file__).with_name("together.py")
RUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def run(command, root, result, *options):
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    command = [*command, str(SCRIPT), str(result), *map(str, options)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return torch.load(result, weights_only=True)


def assert_equal(two, one):
    assert (two["processes"], one["processes"]) == (2, 1)
    for name in ("gradients", "weights", "ema"):
        for a, b in zip(two[name], one[name], strict=True):
            assert a.dtype == torch.float64
            torch.testing.assert_close(a, b, rtol=0, atol=1e-6)
    for name in ("loss", "val_loss", "val_accuracy"):
        assert two[name] == pytest.approx(one[name], abs=1e-6)


def test_two_processes_take_the_steps_of_one_with_the_doubled_batch(tmp_path, root):
    # Shuffled by a DataLoader; 22 examples: the last batch of 6 is shared 3 and 3.
    assert_equal(run(RUN, root, tmp_path / "2.pt"), run([sys.executable], root, tmp_path / "1.pt"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        ("--loader", "list", "--examples", 19),  # the last batch of 3 is shared 1 and 2
        ("--loader", "device", "--examples", 17),  # of 1: one process has none
        ("--loader", "torch", "--accumulate", 2, "--examples", 25),
    ],
    ids=["list", "device", "accumulate"],
)
def test_also_where_the_batch_cannot_be_halved(tmp_path, root, options):
    two = run(RUN, root, tmp_path / "2.pt", *options)
    assert_equal(two, run([sys.executable], root, tmp_path / "1.pt", *options))


@pytest.mark.slow
def test_two_processes_go_on_from_the_checkpoint_of_process_0(tmp_path, root):
    whole = run(RUN, root, tmp_path / "whole.pt", "--epochs", 4)
    folder = ("--checkpoint", tmp_path / "run")
    run(RUN, root, tmp_path / "half.pt", "--epochs", 2, *folder)
    # As if it had been killed before the last step of the third epoch.
    run(RUN, root, tmp_path / "more.pt", "--epochs", 3, *folder)
    newest = max((tmp_path / "run").glob("step-*.pt"))
    newest.unlink()
    rest = run(RUN, root, tmp_path / "rest.pt", "--epochs", 4, *folder)
    assert all(map(torch.equal, rest["weights"], whole["weights"]))
    # A mean is summed in other pieces where a checkpoint divides an epoch.
    assert rest["loss"] == pytest.approx(whole["loss"], rel=1e-12)


@pytest.mark.parametrize("total", [1, 2, 5, 8])
@pytest.mark.parametrize("world", [1, 2, 3])
def test_shares_are_the_whole_batch_each_example_once(total, world):
    x = torch.arange(total)
    for data in ([(x, x)], DataLoader(TensorDataset(x, x), batch_size=total)):
        found = []
        for number in range(world):
            share = Share(data, number, world)
            ((part, _),) = list(share)
            assert share.total == total
            assert len(part) == max(share.count, 1)  # a model needs one, which then counts nothing
            found += part.tolist()[: share.count]
        assert sorted(found) == x.tolist()


def test_what_is_divided_already_is_left_alone(monkeypatch):
    data = TensorDataset(torch.zeros(4, 1))
    sampled = DataLoader(data, sampler=DistributedSampler(data, num_replicas=2, rank=0))
    monkeypatch.setattr("dlcourse.training.shares.world_size", lambda: 2)
    assert divide(sampled) is sampled
    assert isinstance(divide(DataLoader(data)), Share)


def test_one_process_alone_needs_no_group():
    assert distributed.start() == 1
    assert distributed.gather("mine") == ["mine"]
    assert distributed.smallest(3, -1.0) == (3, -1.0)
