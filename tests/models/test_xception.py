"""Xception against timm's, and the count of a separable convolution."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import models
from dlcourse.models.xception import SeparableConv
from tests.models.oracle import assert_same_outputs, count, fill, pair


def test_it_is_timms(timm):
    mine, other = pair(
        lambda: models.create("xception"), lambda: timm.create_model("legacy_xception")
    )
    assert count(mine) == count(other) == models.find("xception").parameters
    assert_same_outputs(mine, other, torch.randn(2, 3, 71, 64))


def test_it_costs_what_timms_does(timm):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        timm.create_model("legacy_xception").eval()(torch.zeros(1, 3, 299, 299))
    assert counter.get_total_flops() == 2 * models.find("xception").multiply_adds


def test_a_separable_convolution_has_the_weights_of_the_course():
    assert count(SeparableConv(3, 10)) == 3 * 3 * 3 + 3 * 10 == 57
    assert count(nn.Conv2d(3, 10, 3, bias=False)) == 270


def test_a_separable_convolution_is_a_full_one_of_rank_one():
    """The kernel from map i to map o is the i-th depthwise kernel times one number."""
    layer = SeparableConv(3, 5)
    fill(layer)
    depthwise, pointwise = layer[0].weight[:, 0], layer[1].weight[:, :, 0, 0]
    kernel = torch.einsum("ihw,oi->oihw", depthwise, pointwise)
    x = torch.randn(2, 3, 9, 8)
    torch.testing.assert_close(layer(x), nn.functional.conv2d(x, kernel, padding=1))


def test_it_has_the_36_convolutions_of_the_paper():
    """36 convolutional layers in 14 modules, separable ones counted once and shortcuts not."""
    with torch.device("meta"):
        model = models.create("xception")
    separable = [m for m in model.modules() if isinstance(m, SeparableConv)]
    plain = [m for m in model.entry if isinstance(m, nn.Conv2d)]
    assert len(separable) + len(plain) == 36


def test_an_image_that_is_too_small():
    with pytest.raises(ValueError, match="at least 7×7 expected, got 6×7"):
        models.create("xception", num_classes=2)(torch.zeros(1, 3, 6, 7))
