"""Inception-v4 against timm's."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import models
from tests.models.oracle import assert_same_outputs, count, pair


def test_it_is_timms(timm):
    mine, other = pair(
        lambda: models.create("inception_v4"), lambda: timm.create_model("inception_v4")
    )
    assert count(mine) == count(other) == models.find("inception_v4").parameters
    assert_same_outputs(mine, other, torch.randn(2, 3, 107, 91))


def test_it_costs_what_timms_does(timm):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        timm.create_model("inception_v4").eval()(torch.zeros(1, 3, 299, 299))
    assert counter.get_total_flops() == 2 * models.find("inception_v4").multiply_adds


def test_maps_have_the_sides_of_the_papers_figures():
    shapes, x = [], torch.zeros(1, 3, 299, 299, device="meta")
    with torch.device("meta"):
        model = models.create("inception_v4").eval()
    for part in model.features:
        x = part(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == (
        [(384, 35, 35)] * 5 + [(1024, 17, 17)] * 8 + [(1536, 8, 8)] * 4
    )  # Stem and 4 A; reduction and 7 B; reduction and 3 C.


def test_an_image_that_is_too_small():
    with torch.device("meta"):
        model = models.create("inception_v4")
        with pytest.raises(ValueError, match="at least 75×75 expected, got 74×75"):
            model(torch.zeros(1, 3, 74, 75))
