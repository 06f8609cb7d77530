"""A batch that does not fit: the largest that does is found, and the training left as it was."""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

from dlcourse import training
from dlcourse.training.memory import is_out_of_memory
from tests.training.loops import batches, same_weights, trainer

MESSAGES = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory"),
    RuntimeError("MPS backend out of memory (MPS allocated: 9.05 GB)"),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."),
    MemoryError(),
]


class Hungry(nn.Module):
    """A layer for which the memory ends above a number of examples, forward or backward."""

    def __init__(self, most, error, backward):
        super().__init__()
        self.most, self.error, self.backward = most, error, backward

    def forward(self, x):
        if len(x) > self.most:
            if not self.backward:
                raise self.error
            x = x * 1
            x.register_hook(self.fail)
        return x

    def fail(self, gradient):
        raise self.error


def model(most, error=MESSAGES[1], backward=False):
    torch.manual_seed(0)
    layers = nn.Linear(5, 8), nn.BatchNorm1d(8), Hungry(most, error, backward), nn.Linear(8, 3)
    return nn.Sequential(*layers)


@pytest.mark.parametrize("error", MESSAGES, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("backward", [False, True])
def test_the_batch_that_fits_is_named(error, backward):
    net = model(20, error, backward)
    before = copy.deepcopy(net)
    with pytest.raises(training.OutOfMemoryError) as info:
        trainer(net).fit(batches(2, size=64), 1)
    assert info.value.fits == 16
    assert str(info.value) == (
        "out of memory: a batch of 64 does not fit on cpu, a batch of 16 does, forward and "
        "backward: accumulate=4 with batches of 16 takes the same steps"
    )
    # The search changes nothing; what the batch itself did to the statistics before it failed
    # is undone by nobody.
    assert torch.equal(net[0].weight, before[0].weight)
    assert all(p.grad is None for p in net.parameters())
    # What it proposes works.
    trainer(net, accumulate=4).fit(batches(8, size=16), 1)


def test_where_nothing_fits_it_says_so():
    with pytest.raises(training.OutOfMemoryError, match="and no smaller one does: take") as e:
        trainer(model(0)).fit(batches(1), 1)
    assert e.value.fits == 0


def test_the_search_leaves_the_statistics_as_they_are():
    net = model(8)
    trained = trainer(net)
    trained.fit(batches(2, size=8), 1)
    before = copy.deepcopy(net)
    with pytest.raises(training.OutOfMemoryError):
        trained.fit([*batches(2, size=8), *batches(1, size=9)][2:], 2)
    # The batch of 9 passed batch norm before it failed, once; the search ran it with 4, and that
    # is put back.
    expected = copy.deepcopy(before)
    with pytest.raises(RuntimeError):
        expected(batches(1, size=9)[0][0])
    assert same_weights(net, expected)


@pytest.mark.slow
def test_memory_that_really_ends():
    """The system refuses so much address space, and PyTorch says so in its own words."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    net = nn.Sequential(nn.Linear(1, 2**20), nn.ReLU(), nn.Linear(2**20, 1))
    data = [(torch.zeros(1024, 1), torch.zeros(1024, 1))]
    trained = trainer(net, torch.optim.SGD(net.parameters(), 0.1), nn.MSELoss())
    resource.setrlimit(resource.RLIMIT_AS, (used + 3 * 2**30, before[1]))
    try:
        with pytest.raises(training.OutOfMemoryError) as info:
            trained.fit(data, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    # 4 MiB for each example and activation: 1024 take 4 GiB, 64 a quarter of one.
    assert 32 <= info.value.fits <= 512


def test_an_evaluation_that_does_not_fit_is_told_so():
    net = model(20)
    with pytest.raises(training.OutOfMemoryError, match="does, forward: evaluate in batches of 16"):
        trainer(net).evaluate(batches(1, size=64))


def test_other_errors_are_no_lack_of_memory():
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_out_of_memory(ValueError("out of memory"))
