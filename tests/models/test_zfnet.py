"""ZFNet against the sizes in figure 3 of its paper, and its parameters counted by hand."""

import pytest
import torch
from torch import nn

from dlcourse import models
from tests.models.oracle import count, fill


@pytest.fixture(scope="module")
def meta_model():
    with torch.device("meta"):
        return models.create("zfnet").eval()


def test_maps_have_the_sides_of_figure_3(meta_model):
    shapes, x = [], torch.zeros(1, 3, 224, 224, device="meta")
    for layer in meta_model.features:
        x = layer(x)
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
            shapes.append(tuple(x.shape[1:]))
    assert shapes == [
        (96, 110, 110), (96, 55, 55), (256, 26, 26), (256, 13, 13),
        (384, 13, 13), (384, 13, 13), (256, 13, 13), (256, 6, 6),
    ]  # fmt: skip
    assert [m.out_features for m in meta_model.classifier if isinstance(m, nn.Linear)] == [
        4096, 4096, 1000,
    ]  # fmt: skip


def test_parameters_and_multiply_adds_by_hand(meta_model):
    # Maps in, maps out, side of the kernel, side of the maps that come out.
    table = [
        (3, 96, 7, 110), (96, 256, 5, 26), (256, 384, 3, 13), (384, 384, 3, 13), (384, 256, 3, 13),
        (256 * 36, 4096, 1, 1), (4096, 4096, 1, 1), (4096, 1000, 1, 1),
    ]  # fmt: skip
    assert count(meta_model) == sum(a * b * k * k + b for a, b, k, _ in table)
    by_hand = sum(a * b * k * k * side * side for a, b, k, side in table)
    assert models.find("zfnet").multiply_adds == by_hand


def test_normalization_makes_scores_depend_little_on_contrast():
    """Twice the contrast gives far less than twice the maps after normalization."""
    model = models.create("zfnet", num_classes=10).eval()
    fill(first := model.features[:4])
    x = 500 * torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        once, twice = first(x), first(2 * x)
    assert twice.norm() < 1.5 * once.norm()


def test_weights_and_biases_start_as_published():
    torch.manual_seed(0)
    for layer in models.create("zfnet").modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            assert layer.weight.std().item() == pytest.approx(0.01, rel=0.03)
            assert not layer.bias.any()


def test_other_sides_are_refused(meta_model):
    with pytest.raises(ValueError, match="images of 224×224 expected, got 227×227"):
        meta_model(torch.zeros(1, 3, 227, 227, device="meta"))
