"""Randomness: seeded, saved, put back, and the same again."""

import os
import random

import numpy as np
import pytest
import torch
from torch import nn

from dlcourse import training
from dlcourse.random import default_rng
from dlcourse.training.seeds import random_state, set_random_state
from tests.training.loops import batches, same_weights, trainer


def draw():
    """A number of each generator that a program might draw from."""
    return (
        random.random(),
        random.gauss(0, 1),
        float(np.random.rand()),  # noqa: NPY002
        float(default_rng().random()),
        torch.rand(1).item(),
        torch.randn(1).item(),
    )


def settings():
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.backends.cudnn.benchmark,
        os.environ.get("CUBLAS_WORKSPACE_CONFIG"),
    )


@pytest.fixture(autouse=True)
def put_back():
    """`deterministic` called as a function holds for the rest of the process."""
    with training.deterministic(0):
        pass
    state, enabled = random_state(), torch.are_deterministic_algorithms_enabled()
    yield
    torch.use_deterministic_algorithms(enabled)
    os.environ.pop("CUBLAS_WORKSPACE_CONFIG", None)
    set_random_state(state)


def test_as_a_context_it_seeds_everything_and_puts_everything_back():
    before, outside = settings(), random_state()
    with training.deterministic(5):
        first = draw()
        assert settings()[0] is True
        with pytest.raises(RuntimeError, match="does not have a deterministic implementation"):
            torch.zeros(3, 3).put_(torch.tensor([0]), torch.tensor([1.0]))
    assert settings() == before
    set_random_state(outside)
    expected = draw()
    set_random_state(outside)
    with training.deterministic(5):
        assert draw() == first
    assert draw() == expected


def test_as_a_call_it_stays():
    training.deterministic(5)
    first = draw()
    training.deterministic(5)
    assert draw() == first
    training.deterministic(6)
    assert draw() != first
    assert settings()[0] is True


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, True, "0"])
def test_a_seed_is_an_integer(seed):
    with pytest.raises(ValueError, match="seed is an integer from 0 to"):
        training.deterministic(seed)


def run(device):
    training.deterministic(3)
    model = nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.Dropout(), nn.Linear(16, 3))
    x, y = map(torch.cat, zip(*batches(8), strict=True))
    data = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, y), batch_size=8, shuffle=True
    )
    trainer(model, device=device).fit(data, 2)
    return model


def test_two_runs_are_equal_bit_for_bit():
    assert same_weights(run("cpu"), run("cpu"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_two_runs_on_a_gpu_are_equal_bit_for_bit():
    assert same_weights(run("cuda"), run("cuda"))


def test_a_state_survives_the_disk(tmp_path):
    random.gauss(0, 1)  # leaves half a pair behind
    torch.save(random_state(), tmp_path / "state.pt")
    expected = draw()
    set_random_state(torch.load(tmp_path / "state.pt", weights_only=True))
    assert draw() == expected
