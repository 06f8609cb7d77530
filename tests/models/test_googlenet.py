"""GoogLeNet against torchvision, heads included, and its variant against the paper's table."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from tests.models.oracle import assert_same_outputs, count, fill, pair


def theirs(**options):
    return import_torchvision().models.googlenet(init_weights=False, **options)


@pytest.fixture(scope="module")
def both():
    return pair(lambda: models.create("googlenet"), theirs)


def test_it_is_torchvisions(both):
    mine, other = both
    assert count(mine) == count(other) == models.find("googlenet").parameters
    assert_same_outputs(mine, other, torch.randn(2, 3, 64, 80))


def test_in_training_its_heads_are_torchvisions_too(both):
    mine, other = both
    for model in both:
        model.train()
        for module in model.modules():
            if isinstance(module, nn.Dropout | nn.BatchNorm2d):
                module.eval()  # Neither chance nor the batch may enter the comparison.
    x = torch.randn(2, 3, 64, 80)
    with torch.no_grad():
        ours, expected = mine(x), other(x)
    for model in both:
        model.eval()
    assert ours._fields == ("logits", "auxiliary1", "auxiliary2")
    assert ours.auxiliary1.std() > 0.1
    torch.testing.assert_close(ours.logits, expected.logits, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(ours.auxiliary1, expected.aux_logits1, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(ours.auxiliary2, expected.aux_logits2, rtol=1e-4, atol=1e-4)


def test_without_heads_it_returns_scores_alone():
    torchvision = import_torchvision()
    model = models.create("googlenet", auxiliary=False, num_classes=10).train()
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 10)
    with torch.device("meta"):
        mine, other = models.create("googlenet", auxiliary=False), theirs(aux_logits=False)
    meta = torchvision.models.GoogLeNet_Weights.DEFAULT.meta
    assert count(mine) == count(other) == meta["num_params"]
    assert models.find("googlenet").multiply_adds / 1e9 == pytest.approx(meta["_ops"], abs=1e-3)


# Weights, in thousands, of the Inception rows of table 1 of Szegedy et al., 2015.
TABLE = {"3a": 159, "3b": 380, "4a": 364, "4b": 437, "4c": 463, "4d": 580, "4e": 840}
TABLE |= {"5a": 1072, "5b": 1388}


def test_the_papers_variant_has_the_weights_of_its_table():
    with torch.device("meta"):
        model = models.create("googlenet", paper=True)
    parts = [m for part in (model.lower, model.middle, model.upper) for m in part]
    blocks = [m for m in parts if not isinstance(m, nn.MaxPool2d)]
    # The table's own sums are a few percent off for some rows, and its thousands are 1024.
    weights = [sum(p.numel() for p in b.parameters() if p.ndim == 4) / 1024 for b in blocks]
    for computed, (row, published) in zip(weights, TABLE.items(), strict=True):
        assert computed == pytest.approx(published, rel=0.08), row
    assert sum(weights) == pytest.approx(sum(TABLE.values()), rel=0.01)
    # As Caffe's model of the paper counts them, with and without the two heads.
    assert count(model) == 13_378_280
    with torch.device("meta"):
        assert count(models.create("googlenet", paper=True, auxiliary=False)) == 6_998_552


def test_the_papers_variant_has_the_operations_of_its_table():
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        models.create("googlenet", paper=True).eval()(torch.zeros(1, 3, 224, 224))
    first = 112 * 112 * 64 * 3 * 7 * 7
    # All rows but the first, whose 34 million are no 7×7 convolution of 3 channels into 64.
    published = 360 + 128 + 304 + 73 + 88 + 100 + 119 + 170 + 54 + 71 + 1
    assert (counter.get_total_flops() / 2 - first) / 1e6 == pytest.approx(published, rel=0.01)


def test_the_papers_variant_has_five_by_five_and_no_batch_norm():
    model = models.create("googlenet", paper=True, num_classes=10)
    kernels = [m.kernel_size for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert kernels.count((5, 5)) == 9
    assert not any(isinstance(m, nn.BatchNorm2d) for m in model.modules())
    fill(model)
    outputs = model.train()(torch.randn(2, 3, 64, 64))
    assert [out.shape for out in outputs] == [(2, 10)] * 3
    assert all(out.isfinite().all() for out in outputs)


def test_the_initialization_is_torchvisions():
    torch.manual_seed(0)
    layers = [m for m in models.create("googlenet").modules() if hasattr(m, "kernel_size")]
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            assert layer.weight.std().item() == pytest.approx(0.01, rel=0.1)


def test_an_image_that_the_poolings_would_leave_empty():
    with pytest.raises(ValueError, match="at least 15×15 expected, got 14×20"):
        models.create("googlenet", num_classes=2)(torch.zeros(1, 3, 14, 20))
