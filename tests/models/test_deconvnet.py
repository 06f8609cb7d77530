"""Unpooling puts values back where they were; the sizes are the published ones."""

import pytest
import torch

from dlcourse import models
from tests.models import oracle

SMALL = {"width": 8, "num_classes": 4}


def test_the_paper_has_252_million_parameters_and_segnet_29():
    with torch.device("meta"):
        with_linear = models.create("deconvnet", fc_channels=4096)
        without = models.create("deconvnet")
    assert round(oracle.count(with_linear) / 1e6) == 252
    assert oracle.count(without) / 1e6 == pytest.approx(29.5, abs=0.1)


def test_the_second_half_mirrors_the_first():
    model = models.create("deconvnet", **SMALL)
    down = [m for m in model.encoder.modules() if isinstance(m, torch.nn.Conv2d)]
    up = [m for m in model.decoder.modules() if isinstance(m, torch.nn.ConvTranspose2d)]
    assert len(down) == len(up) == 13
    for narrow, wide in zip(down[1:], up[-2::-1], strict=True):
        assert (narrow.in_channels, narrow.out_channels) == (wide.out_channels, wide.in_channels)


def test_maxima_return_to_their_places():
    model = models.create("deconvnet", **SMALL)
    x = torch.randn(1, 1, 4, 4)
    pooled, places = model.pool(x)
    back = model.unpool(pooled, places)
    for i in (0, 2):
        for j in (0, 2):
            window, returned = x[0, 0, i : i + 2, j : j + 2], back[0, 0, i : i + 2, j : j + 2]
            expected = torch.where(window == window.max(), window, 0.0)
            assert torch.equal(returned, expected)


def test_every_pixel_gets_its_scores():
    model = models.create("deconvnet", **SMALL).eval()
    assert model(torch.zeros(2, 3, 64, 96)).shape == (2, 4, 64, 96)
    with pytest.raises(ValueError, match="sides divisible by 32 expected, got 60×64"):
        model(torch.zeros(1, 3, 60, 64))


def test_linear_layers_fix_the_size():
    with torch.device("meta"):
        model = models.create("deconvnet", fc_channels=4096).eval()
        assert model(torch.zeros(1, 3, 224, 224)).shape == (1, 21, 224, 224)
        with pytest.raises(ValueError, match="images of 224×224 expected, got 256×256"):
            model(torch.zeros(1, 3, 256, 256))
