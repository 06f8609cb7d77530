"""VGG against torchvision, its published sizes, and the count of small kernels against large."""

import pytest
import torch
from torch import nn

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from tests.models.oracle import assert_same_outputs, count, pair

NAMES = ["vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"]


def theirs(name):
    return getattr(import_torchvision().models, name)(init_weights=False)


@pytest.mark.parametrize(
    "name",
    [n if n == "vgg11_bn" else pytest.param(n, marks=pytest.mark.slow) for n in NAMES],
)
def test_it_is_torchvisions(name):
    mine, other = pair(lambda: models.create(name), lambda: theirs(name))
    assert_same_outputs(mine, other, torch.randn(2, 3, 64, 48))


@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_multiply_adds_are_torchvisions(name):
    with torch.device("meta"):
        other, mine = theirs(name), models.create(name)
    assert count(mine) == count(other) == models.find(name).parameters
    shapes = [tuple(value.shape) for value in mine.state_dict().values()]
    assert shapes == [tuple(value.shape) for value in other.state_dict().values()]
    weights = import_torchvision().models.get_model_weights(name).DEFAULT
    assert models.find(name).multiply_adds / 1e9 == pytest.approx(weights.meta["_ops"], abs=2e-3)


@pytest.mark.parametrize(("depth", "millions"), [(11, 133), (13, 133), (16, 138), (19, 144)])
def test_parameters_are_those_of_the_papers_second_table(depth, millions):
    with torch.device("meta"):
        model = models.create(f"vgg{depth}")
    assert round(count(model) / 1e6) == millions
    learned = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(learned) == depth


def test_the_initialization_is_torchvisions():
    torch.manual_seed(0)
    for layer in models.create("vgg11").modules():
        if isinstance(layer, nn.Conv2d):
            expected = (2 / (9 * layer.out_channels)) ** 0.5
        elif isinstance(layer, nn.Linear):
            expected = 0.01
        else:
            continue
        assert layer.weight.std().item() == pytest.approx(expected, rel=0.05)
        assert not layer.bias.any()


def test_an_image_that_five_poolings_would_leave_empty():
    with torch.device("meta"):
        model = models.create("vgg11")
        with pytest.raises(ValueError, match="at least 32×32 expected, got 32×31"):
            model(torch.zeros(1, 3, 32, 31))
