"""Inception-v3 against torchvision, head included, and its kernels counted."""

import pytest
import torch
from torch import nn

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from dlcourse.models.inception import chain
from tests.models.oracle import assert_same_outputs, count, pair


def theirs(**options):
    return import_torchvision().models.inception_v3(init_weights=False, **options)


@pytest.fixture(scope="module")
def both():
    return pair(lambda: models.create("inception_v3"), theirs)


def test_it_is_torchvisions(both):
    mine, other = both
    meta = import_torchvision().models.Inception_V3_Weights.DEFAULT.meta
    entry = models.find("inception_v3")
    assert count(mine) == count(other) == entry.parameters == meta["num_params"]
    assert entry.multiply_adds / 1e9 == pytest.approx(meta["_ops"], abs=1e-3)
    assert_same_outputs(mine, other, torch.randn(2, 3, 75, 96))


def test_in_training_its_head_is_torchvisions_too(both):
    mine, other = both
    for model in both:
        model.train()
        for module in model.modules():
            if isinstance(module, nn.Dropout | nn.BatchNorm2d):
                module.eval()  # Neither chance nor the batch may enter the comparison.
    x = torch.randn(1, 3, 299, 299)
    with torch.no_grad():
        ours, expected = mine(x), other(x)
    for model in both:
        model.eval()
    assert ours._fields == ("logits", "auxiliary")
    assert ours.auxiliary.std() > 0.1
    torch.testing.assert_close(ours.logits, expected.logits, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(ours.auxiliary, expected.aux_logits, rtol=1e-4, atol=1e-4)


def test_without_the_head_it_trains_on_small_images():
    with torch.device("meta"):
        mine, other = models.create("inception_v3", auxiliary=False), theirs(aux_logits=False)
        assert count(mine) == count(other) == 23_834_568
        assert mine.train()(torch.zeros(2, 3, 75, 75)).shape == (2, 1000)


def test_kernels_taken_apart_cost_what_the_lecture_counts():
    def weights(*kernels):
        steps = [(8, kernel) for kernel in kernels]
        return sum(p.numel() for p in chain(8, *steps).parameters() if p.ndim == 4) / 64

    assert weights(5) == 25
    assert weights(3, 3) == 18
    assert weights(3) == 9
    assert weights((3, 1), (1, 3)) == 6
    assert weights((1, 7), (7, 1)) == 14


def test_the_initialization_is_that_of_the_published_code():
    torch.manual_seed(0)
    model = models.create("inception_v3")
    assert model.classifier.weight.std().item() == pytest.approx(0.1, rel=0.01)
    assert model.auxiliary[2][0].weight.std().item() == pytest.approx(0.01, rel=0.01)
    assert model.auxiliary[-1].weight.std().item() == pytest.approx(0.001, rel=0.01)


def test_images_that_are_too_small():
    with torch.device("meta"):
        model = models.create("inception_v3")
        with pytest.raises(ValueError, match="at least 299×299 expected, got 298×299"):
            model.train()(torch.zeros(2, 3, 298, 299))
        with pytest.raises(ValueError, match="at least 75×75 expected, got 74×75"):
            model.eval()(torch.zeros(2, 3, 74, 75))
