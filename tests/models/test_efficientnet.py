"""EfficientNets against torchvision's, weights, statistics and rates of stochastic depth."""

import pytest
import torch

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from dlcourse.models.stochastic_depth import StochasticDepth
from tests.models.oracle import assert_same_outputs, count, pair


@pytest.mark.parametrize("name", ["efficientnet_b0", "efficientnet_v2_s"])
def test_it_equals_torchvision_s(name):
    build = getattr(import_torchvision().models, name)
    ours, theirs = pair(lambda: models.create(name), build)
    assert count(ours) == count(theirs)
    assert_same_outputs(ours, theirs, torch.randn(2, 3, 64, 64))
    rates = [m.p for m in ours.modules() if isinstance(m, StochasticDepth)]
    expected = [m.p for m in theirs.modules() if type(m).__name__ == "StochasticDepth"]
    assert rates == pytest.approx(expected)
