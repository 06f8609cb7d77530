"""NFNet-F0 against timm's, and the variances that it keeps without normalization."""

import pytest
import torch

from dlcourse import models
from dlcourse.models.nfnet import ScaledConv2d, gelu
from tests.models.oracle import assert_same_outputs, count, pair


def test_it_equals_timm_s(timm):
    ours, theirs = pair(lambda: models.create("nfnet_f0"), lambda: timm.create_model("dm_nfnet_f0"))
    assert count(ours) == count(theirs)
    assert_same_outputs(ours, theirs, torch.randn(2, 3, 64, 64))


def test_kernels_have_mean_zero_and_unit_norm():
    conv = ScaledConv2d(12, 7, 3)
    with torch.no_grad():
        conv.weight.mul_(5).add_(3)
    kernels = conv.standardized().flatten(1)
    torch.testing.assert_close(kernels.mean(1), torch.zeros(7), atol=1e-6, rtol=0)
    torch.testing.assert_close(kernels.square().sum(1), torch.ones(7), atol=1e-4, rtol=0)


def test_the_gain_of_gelu_keeps_unit_variance():
    torch.manual_seed(0)
    assert gelu(torch.randn(1_000_000)).var().item() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("groups", [1, 4])
def test_unit_variance_in_gives_unit_variance_out(groups):
    torch.manual_seed(0)
    conv = ScaledConv2d(64, 128, 3, groups=groups)
    with torch.no_grad():
        y = conv(gelu(torch.randn(4, 64, 34, 34)))[..., 1:-1, 1:-1]
    assert y.var().item() == pytest.approx(1.0, abs=0.05)
    assert y.mean().item() == pytest.approx(0.0, abs=0.05)


def test_a_block_knows_what_variance_it_gets():
    """Each block adds 0.2² to the variance; the first block of a stage divides all of it out."""
    model = models.create("nfnet_f0")
    stds = [block.std**2 for block in model.blocks]
    stage = [1.04, 1.08, 1.12, 1.16, 1.2]
    assert stds == pytest.approx([1, 1.04, *stage[:1], 1.08, *stage[:5], 1.24, *stage[:2]])


def test_a_fresh_block_hands_on_what_it_got():
    model = models.create("nfnet_f0")
    x = torch.randn(1, 512, 4, 4)
    assert torch.equal(model.blocks[2](x), x)


def test_the_published_size_and_work():
    """71.5 million parameters, 12.4 billion multiply-adds at 256×256 (Brock et al., Table 3)."""
    entry = models.find("nfnet_f0")
    assert round(entry.parameters / 1e6, 1) == 71.5
    assert entry.multiply_adds * (256 / 192) ** 2 / 1e9 == pytest.approx(12.38, rel=0.01)
