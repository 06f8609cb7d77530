"""ConvNeXt-T against torchvision's."""

import pytest
import torch

from dlcourse import models
from dlcourse.data.vision import import_torchvision
from dlcourse.models.convnext import Block
from dlcourse.models.stochastic_depth import StochasticDepth
from tests.models.oracle import assert_same_outputs, count, pair


def test_it_equals_torchvision_s():
    torchvision = import_torchvision()
    ours, theirs = pair(lambda: models.create("convnext_tiny"), torchvision.models.convnext_tiny)
    assert count(ours) == count(theirs)
    assert_same_outputs(ours, theirs, torch.randn(2, 3, 64, 64))
    rates = [m.p for m in ours.modules() if isinstance(m, StochasticDepth)]
    expected = [m.p for m in theirs.modules() if type(m).__name__ == "StochasticDepth"]
    assert rates == pytest.approx(expected)


def test_a_fresh_block_hands_on_what_it_got():
    x = torch.randn(2, 8, 9, 9)
    torch.testing.assert_close(Block(8, 0.0)(x), x, atol=1e-4, rtol=0)
