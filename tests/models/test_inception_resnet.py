"""Inception-ResNet: version 2 against timm's, version 1 against another implementation's count."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import models
from dlcourse.models.inception_resnet import ResidualInception
from tests.models.oracle import assert_same_outputs, count, fill, pair


def on_meta(name, **options):
    with torch.device("meta"):
        return models.create(name, **options).eval()


def test_version_2_is_timms(timm):
    mine, other = pair(
        lambda: models.create("inception_resnet_v2"),
        lambda: timm.create_model("inception_resnet_v2"),
    )
    assert count(mine) == count(other) == models.find("inception_resnet_v2").parameters
    assert_same_outputs(mine, other, torch.randn(2, 3, 91, 75))


def test_version_2_costs_what_timms_does(timm):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        timm.create_model("inception_resnet_v2").eval()(torch.zeros(1, 3, 299, 299))
    assert counter.get_total_flops() == 2 * models.find("inception_resnet_v2").multiply_adds


def test_version_1_has_the_parameters_of_facenets():
    """FaceNet's Keras model of the network states 22,779,312 trained numbers.

    It differs by what is taken away and added here: a sixth block at 8×8, no scale in batch
    normalization, 128 embeddings for 1000 classes.
    """
    model = on_meta("inception_resnet_v1")
    block = [m for m in model.modules() if isinstance(m, ResidualInception)][-1]

    def without_scale(part):
        scales = sum(m.num_features for m in part.modules() if isinstance(m, nn.BatchNorm2d))
        return count(part) - scales

    embedding = 1792 * 128 + 128
    ours = without_scale(model) - count(model.classifier) + without_scale(block) + embedding
    assert ours == 22_779_312


def sides(model):
    shapes, x = [], torch.zeros(1, 3, 299, 299, device="meta")
    for part in model.features:
        x = part(x)
        shapes.append(tuple(x.shape[1:]))
    return shapes


def test_maps_have_the_sides_of_the_papers_figures():
    # Five blocks below the first reduction, then it and ten, then the next and five.
    assert sides(on_meta("inception_resnet_v1"))[-23:] == (
        [(256, 35, 35)] * 6 + [(896, 17, 17)] * 11 + [(1792, 8, 8)] * 6
    )
    assert sides(on_meta("inception_resnet_v2", paper=True)) == (
        [(384, 35, 35)] * 6 + [(1152, 17, 17)] * 11 + [(2144, 8, 8)] * 6
    )


def test_version_1_costs_about_what_inception_v3_does():
    """The paper says so of the two."""
    ratio = (
        models.find("inception_resnet_v1").multiply_adds / models.find("inception_v3").multiply_adds
    )
    assert 0.9 < ratio < 1.1


def test_the_papers_version_2_is_as_its_docstring_says():
    model = on_meta("inception_resnet_v2", paper=True)
    doc = models.find("inception_resnet_v2").build.__doc__
    assert f"{count(model):,} parameters" in " ".join(doc.split())
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, 299, 299, device="meta"))
    assert f"{counter.get_total_flops() / 2e9:.2f} billion" in " ".join(doc.split())


def test_a_block_without_scale_passes_its_input_on():
    block = ResidualInception(6, [[(2, 1)], [(3, 1), (4, 3)]], scale=0.2).eval()
    fill(block)
    x = torch.randn(2, 6, 5, 5)
    with torch.no_grad():
        first = block.branches.branches[0](x)
        second = block.branches.branches[1](x)
        mixed = torch.einsum(
            "oi,nihw->nohw", block.mix.weight[:, :, 0, 0], torch.cat([first, second], 1)
        )
        expected = (x + 0.2 * (mixed + block.mix.bias[:, None, None])).clamp(min=0)
        torch.testing.assert_close(block(x), expected)
        block.scale = 0.0
        torch.testing.assert_close(block(x), x.clamp(min=0))


def test_an_image_that_is_too_small():
    for name in models.list("inception_resnet"):
        with pytest.raises(ValueError, match="at least 75×75 expected, got 75×74"):
            on_meta(name)(torch.zeros(1, 3, 75, 74, device="meta"))
