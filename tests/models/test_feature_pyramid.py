"""The neck against torchvision's; the whole against the sum of its parts."""

from collections import OrderedDict

import pytest
import torch

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from dlcourse.models.feature_pyramid import FeaturePyramid, SegmentationHead
from tests.models import oracle


def test_the_neck_equals_torchvisions():
    import_torchvision()
    from torchvision.ops import FeaturePyramidNetwork

    widths = [8, 16, 32]
    mine, theirs = FeaturePyramid(widths, 12), FeaturePyramidNetwork(widths, 12)
    oracle.fill(mine)
    theirs.load_state_dict(mine.state_dict())
    maps = [torch.randn(2, w, 32 // 2**i, 24 // 2**i) for i, w in enumerate(widths)]
    expected = theirs(OrderedDict(enumerate(maps))).values()
    for ours, wanted in zip(mine(maps), expected, strict=True):
        torch.testing.assert_close(ours, wanted)


@pytest.mark.parametrize(
    ("depth", "widths"), [(18, (64, 128, 256, 512)), (50, (256, 512, 1024, 2048))]
)
def test_parameters_are_those_of_the_parts(depth, widths):
    torchvision = import_torchvision()
    with torch.device("meta"):
        model = models.create("feature_pyramid", num_classes=7, depth=depth)
        backbone = getattr(torchvision.models, f"resnet{depth}")()
    classifier = oracle.count(backbone.fc)
    neck = sum(w * 256 + 256 for w in widths) + 4 * (9 * 256 * 256 + 256)
    # One convolution each for the two finest levels, then two and three; the first of each on 256.
    head = 4 * 9 * 256 * 128 + 3 * 9 * 128 * 128 + 7 * 2 * 128 + 128 * 7 + 7
    assert oracle.count(model) == oracle.count(backbone) - classifier + neck + head


def test_levels_are_enlarged_until_they_meet():
    head = SegmentationHead(8, 3, levels=4, channels=32)
    pyramid = [torch.randn(1, 8, 32 // 2**level, 32 // 2**level) for level in range(4)]
    assert head(pyramid).shape == (1, 3, 32, 32)
    sizes = [branch(level).shape[-1] for branch, level in zip(head.branches, pyramid, strict=True)]
    assert sizes == [32] * 4


def test_every_pixel_gets_its_scores():
    model = models.create("feature_pyramid", num_classes=5, in_channels=1, depth=18)
    assert model(torch.zeros(2, 1, 64, 96)).shape == (2, 5, 64, 96)


def test_bad_sizes_and_depths_are_refused():
    with pytest.raises(ValueError, match="depth is one of 18, 34, 50, 101, 152, got 20"):
        models.create("feature_pyramid", depth=20)
    model = models.create("feature_pyramid", depth=18)
    with pytest.raises(ValueError, match="sides divisible by 32 expected, got 50×64"):
        model(torch.zeros(1, 3, 50, 64))
