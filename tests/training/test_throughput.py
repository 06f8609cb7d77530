"""Counted operations against arithmetic; timings against pauses that are known."""

import time

import pytest
import torch
from torch import nn

from dlcourse import models
from dlcourse.training.throughput import flops, peak_memory, throughput, time_steps


def test_operations_are_two_a_multiply_add():
    conv = nn.Conv2d(3, 8, 3, padding=1)
    assert flops(conv, torch.zeros(2, 3, 10, 10)) == 2 * (2 * 10 * 10 * 8 * 3 * 3 * 3)


def test_backward_costs_twice_the_forward_pass_but_for_the_first_input():
    model = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 30))
    x = torch.zeros(4, 10)
    forward = 2 * 4 * (10 * 20 + 20 * 30)
    weights, inner_input = forward, 2 * 4 * 20 * 30
    assert flops(model, x) == forward
    assert flops(model, x, backward=True) == forward + weights + inner_input


def test_the_model_is_left_as_it_was():
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    flops(model, torch.randn(8, 4), backward=True)
    assert all(torch.equal(tensor, before[n]) for n, tensor in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert model.training


@pytest.mark.parametrize("name", ["lenet5", "char_lm"])
def test_it_agrees_with_the_registry(name):
    model, x = models.create(name), models.example_input(name, batch=3)
    assert flops(model, x) == 3 * 2 * models.find(name).multiply_adds


def test_the_median_of_known_pauses():
    pauses = iter([0.0] * 10 + [0.01, 0.3, 0.01])
    speed = throughput(
        lambda: time.sleep(next(pauses)), 5, flops_per_step=10**9, repeats=3, limit=10**12
    )
    assert 0.01 <= speed.step_seconds < 0.3
    assert speed.examples_per_second == pytest.approx(5 / speed.step_seconds)
    assert speed.share_of_limit == pytest.approx(10**9 / speed.step_seconds / 10**12)
    assert "of the measured limit of 1,000 GFLOP/s" in str(speed)


def test_warm_up_does_not_count():
    calls = []
    seconds = time_steps(lambda: calls.append(1), repeats=4, warm_up=2)
    assert (len(seconds), len(calls)) == (4, 6)


def test_peak_memory_covers_what_was_held():
    if peak_memory("cpu") is None:
        pytest.skip("this system does not tell the peak of a process")
    held = torch.ones(64 * 2**20)  # 256 MiB
    size = held.nbytes
    del held
    assert peak_memory("cpu") > size


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_events_time_a_gpu():
    a = torch.randn(2048, 2048, device="cuda")
    speed = throughput(lambda: a @ a, 1, flops_per_step=2 * 2048**3, device="cuda")
    assert 0 < speed.flops_per_second < 1e16
    assert speed.peak_memory >= a.nbytes
