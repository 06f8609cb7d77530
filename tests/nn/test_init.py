"""Initializers against torch.nn.init: bounds, standard deviations, gains."""

import numpy as np
import pytest
import torch
from scipy import stats

import dlcourse
from dlcourse import nn
from dlcourse.nn import init

SHAPE = (200, 300)
DRAWS = {
    "uniform_": {"a": -2.0, "b": 3.0},
    "normal_": {"mean": 1.0, "std": 0.5},
    "xavier_uniform_": {"gain": 1.5},
    "xavier_normal_": {"gain": 0.7},
    "kaiming_uniform_": {"a": 0.3, "mode": "fan_out", "nonlinearity": "leaky_relu"},
    "kaiming_normal_": {"mode": "fan_in", "nonlinearity": "relu"},
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("options", ["default", "given"])
def test_draws_from_the_distribution_of_pytorch(name, options):
    options = DRAWS[name] if options == "given" else {}
    ours = getattr(init, name)(np.empty(SHAPE), **options, rng=0)
    generator = torch.Generator().manual_seed(0)
    theirs = torch.empty(SHAPE, dtype=torch.float64)
    getattr(torch.nn.init, name)(theirs, **options, generator=generator)
    # Two samples of 60,000 numbers each: a scale off by 2% has a p-value below 1e-3.
    assert stats.ks_2samp(ours.ravel(), theirs.numpy().ravel()).pvalue > 1e-3
    assert not np.array_equal(ours, getattr(init, name)(np.empty(SHAPE), **options, rng=1))


@pytest.mark.parametrize(
    ("name", "options", "std"),
    [
        # Published formulas for 300 inputs and 200 outputs.
        ("xavier_uniform_", {}, (2 / 500) ** 0.5),
        ("xavier_normal_", {}, (2 / 500) ** 0.5),
        ("kaiming_uniform_", {"nonlinearity": "relu"}, (2 / 300) ** 0.5),
        ("kaiming_normal_", {"nonlinearity": "relu", "mode": "fan_out"}, (2 / 200) ** 0.5),
    ],
)
def test_standard_deviations_are_the_published_ones(name, options, std):
    values = getattr(init, name)(np.empty(SHAPE), **options, rng=0)
    assert values.std() == pytest.approx(std, rel=0.012)
    if "uniform" in name:
        assert abs(values).max() == pytest.approx(std * 3**0.5, rel=1e-3)


@pytest.mark.parametrize(
    ("nonlinearity", "param"),
    [
        ("linear", None),
        ("sigmoid", None),
        ("tanh", None),
        ("relu", None),
        ("selu", None),
        ("conv2d", None),
        ("leaky_relu", None),
        ("leaky_relu", 0.2),
    ],
)
def test_gains_equal_pytorch(nonlinearity, param):
    assert init.calculate_gain(nonlinearity, param) == pytest.approx(
        torch.nn.init.calculate_gain(nonlinearity, param), rel=1e-12
    )


def test_fans_of_a_convolution_count_its_kernel():
    assert init.calculate_fan_in_and_fan_out(np.empty((8, 4, 3, 5))) == (4 * 15, 8 * 15)


def test_linear_starts_as_in_pytorch():
    layer, theirs = nn.Linear(100, 300, rng=0), torch.nn.Linear(100, 300)
    for ours, tensor in ((layer.weight, theirs.weight), (layer.bias, theirs.bias)):
        assert abs(ours.data).max() <= 0.1
        assert stats.ks_2samp(ours.data.ravel(), tensor.detach().ravel()).pvalue > 1e-4


def test_one_seed_makes_everything_repeat():
    def draw():
        dlcourse.manual_seed(3)
        return nn.Linear(2, 2).weight.data, init.normal_(np.empty(3))

    for first, second in zip(draw(), draw(), strict=True):
        np.testing.assert_array_equal(first, second)
    generator = np.random.default_rng(0)
    assert dlcourse.default_rng(generator) is generator


def test_constants_keep_the_dtype():
    parameter = nn.Parameter(np.empty(3, dtype=np.float32))
    assert init.ones_(parameter) is parameter
    np.testing.assert_array_equal(parameter.data, np.ones(3, dtype=np.float32))
    np.testing.assert_array_equal(init.zeros_(parameter).data, np.zeros(3, dtype=np.float32))
    assert parameter.dtype == np.float32
