"""MobileNets against timm's and torchvision's, and the arithmetic of the lecture."""

import torch
from torch import nn

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from dlcourse.models.mobilenet import InvertedResidual, separable
from tests.models.oracle import assert_same_outputs, count, pair


def test_the_first_equals_timm_s(timm):
    ours, theirs = pair(
        lambda: models.create("mobilenet_v1"), lambda: timm.create_model("mobilenetv1_100")
    )
    assert count(ours) == count(theirs)
    assert_same_outputs(ours, theirs, torch.randn(2, 3, 64, 64))


def test_the_second_equals_torchvision_s():
    torchvision = import_torchvision()
    ours, theirs = pair(lambda: models.create("mobilenet_v2"), torchvision.models.mobilenet_v2)
    assert count(ours) == count(theirs)
    assert_same_outputs(ours, theirs, torch.randn(2, 3, 64, 64))


def test_57_weights_where_a_full_convolution_has_270():
    weights = [m.weight.numel() for m in separable(3, 10, 1).modules() if isinstance(m, nn.Conv2d)]
    assert sum(weights) == 3 * 3 * 3 + 3 * 10 == 57
    assert nn.Conv2d(3, 10, 3, bias=False).weight.numel() == 270


def test_the_narrow_end_has_no_activation():
    torch.manual_seed(0)
    y = InvertedResidual(8, 8, 1, 6)(torch.randn(4, 8, 5, 5))
    assert y.min() < 0
    assert y.max() > 6 or y.min() < -1
