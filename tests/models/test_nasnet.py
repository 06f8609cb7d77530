"""NASNet-A: the large one against timm's, the mobile one against its published figures."""

import re

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from dlcourse import models
from dlcourse.models.nasnet import Halve, NASNet, pad_to_halve
from tests.models.oracle import assert_same_outputs, count, pair

STEM = {"conv0.conv": "stem.0", "conv0.bn": "stem.1", "last_linear": "classifier"}
PARTS = {
    "conv_1x1.conv": "here.1",
    "conv_1x1.bn": "here.2",
    "conv_prev_1x1.conv": "before.1",
    "conv_prev_1x1.bn": "before.2",
    "path_1.conv": "before.even",
    "path_2.conv": "before.odd",
    "final_path_bn": "before.norm",
}
INSIDE = {
    "separable_1.depthwise_conv2d": "first.0",
    "separable_1.pointwise_conv2d": "first.1",
    "bn_sep_1": "first.2",
    "separable_2.depthwise_conv2d": "second.0",
    "separable_2.pointwise_conv2d": "second.1",
    "bn_sep_2": "second.2",
}


def of_timm(name):
    """timm's name of an entry of the large network, to the name here."""
    module, _, entry = name.rpartition(".")
    if module in STEM:
        return f"{STEM[module]}.{entry}"
    cell, _, part = module.partition(".")
    kind, number = re.fullmatch(r"(cell_stem|cell|reduction_cell)_(\d+)", cell).groups()
    n = int(number)
    place = {"cell_stem": n, "cell": 2 + n + n // 6, "reduction_cell": 8 + 7 * n}
    here = f"cells.{place[kind]}"
    if part in PARTS:
        return f"{here}.{PARTS[part]}.{entry}"
    sums, side, inside = re.fullmatch(r"comb_iter_(\d)_(left|right)\.(.*)", part).groups()
    operation = 2 * int(sums) + (side == "right")
    return f"{here}.operations.{operation}.{INSIDE[inside]}.{entry}"


def large(**options):
    return NASNet(stem=96, filters=168, repeats=6, skip=True, **options)


def test_the_large_network_is_timms(timm):
    mine, other = pair(large, lambda: timm.create_model("nasnetalarge"), rename=of_timm)
    assert count(mine) == count(other)
    assert_same_outputs(mine, other, torch.randn(1, 3, 67, 96))


@pytest.mark.slow
def test_the_large_network_costs_what_timms_does(timm):
    costs = []
    for build in (large, lambda: timm.create_model("nasnetalarge")):
        with torch.device("meta"), FlopCounterMode(display=False) as counter:
            build().eval()(torch.zeros(1, 3, 331, 331))
        costs.append(counter.get_total_flops())
    assert costs[0] == costs[1]


def test_the_mobile_network_has_its_published_figures():
    """5.3 million parameters and 564 million multiply-adds in the paper's table 2.

    Keras's NASNetMobile states 5,289,978 trained parameters.
    """
    entry = models.find("nasnet_a_mobile")
    with torch.device("meta"):
        assert count(models.create("nasnet_a_mobile")) == 5_289_978
    assert round(entry.multiply_adds / 1e6) == 564


def test_the_mobile_network_has_1056_maps_at_the_end():
    with torch.device("meta"):
        model = models.create("nasnet_a_mobile")
    assert model.classifier.in_features == 1056
    assert len(model.cells) == 2 + 4 + 1 + 4 + 1 + 4


def test_after_a_reduction_the_mobile_network_sees_the_cell_below_it():
    """The input of the reduction is halved there; the large network halves the one before it."""
    model = models.create("nasnet_a_mobile", num_classes=2).eval()
    inputs = {}
    for number in (6, 7):
        model.cells[number].register_forward_hook(
            lambda cell, args, out, number=number: inputs.update({number: (*args, out)})
        )
    with torch.no_grad():
        model(torch.randn(1, 3, 64, 64))
    here, _, out = inputs[6]
    assert inputs[7][0] is out
    assert inputs[7][1] is here


@pytest.mark.parametrize("kernel", [3, 5, 7])
@pytest.mark.parametrize("side", [1, 2, 5, 8])
def test_padding_is_tensorflows(kernel, side):
    """SAME: as few rows as make ⌈n/2⌉ windows, half of them first, rounded down."""
    x = torch.arange(1.0, side + 1).repeat(1, 1, side, 1)
    needed = max((-(-side // 2) - 1) * 2 + kernel - side, 0)
    expected = F.pad(x, (needed // 2, needed - needed // 2, needed // 2, needed - needed // 2))
    torch.testing.assert_close(pad_to_halve(x, kernel), expected)


def test_halving_sees_every_pixel_on_the_two_diagonals():
    layer = Halve(1, 2).eval()
    for conv in (layer.even, layer.odd):
        nn.init.ones_(conv.weight)
    x = torch.arange(1.0, 26).reshape(1, 1, 5, 5)
    even, odd = layer(x)[0] * (1 + 1e-3) ** 0.5
    assert even.tolist() == pytest.approx(x[0, 0, ::2, ::2])
    assert odd[:2, :2].tolist() == pytest.approx(x[0, 0, 1::2, 1::2])
    assert odd[2].tolist() == [0, 0, 0]


def test_an_image_that_is_too_small():
    with pytest.raises(ValueError, match="at least 32×32 expected, got 32×31"):
        models.create("nasnet_a_mobile", num_classes=2)(torch.zeros(1, 3, 32, 31))
