"""Receptive fields and weights as published, and a start that changes nothing."""

import pytest
import torch

from dlcourse import models

PUBLISHED = [3, 5, 9, 17, 33, 65, 67, 67]  # Yu and Koltun, 2016, Table 1


def test_receptive_fields_as_published():
    model = models.create("dilated_context", num_classes=1, in_channels=1)
    for parameter in model.parameters():
        torch.nn.init.constant_(parameter, 1e-3)
    x = torch.ones(1, 1, 101, 101, dtype=torch.float64, requires_grad=True)
    seen, y = [], x
    for layer in model.layers.double():
        y = layer(y)
        if isinstance(layer, torch.nn.Conv2d):
            (slope,) = torch.autograd.grad(y[0, 0, 50, 50], x, retain_graph=True)
            rows = slope[0, 0].abs().sum(1).nonzero().flatten()
            seen.append(int(rows[-1] - rows[0]) + 1)
    assert seen == PUBLISHED


@pytest.mark.parametrize("channels", [3, 21])
def test_the_basic_module_has_64_c_squared_weights(channels):
    model = models.create("dilated_context", num_classes=channels, in_channels=channels)
    weights = sum(p.numel() for p in model.parameters() if p.ndim == 4)
    assert weights == 64 * channels**2


def test_the_widths_of_the_large_module():
    model = models.create("dilated_context", num_classes=5, in_channels=5, large=True)
    widths = [m.out_channels for m in model.layers if isinstance(m, torch.nn.Conv2d)]
    assert widths == [10, 10, 20, 40, 80, 160, 160, 5]


@pytest.mark.parametrize(("large", "tolerance"), [(False, 1e-6), (True, 0.05)])
def test_it_begins_as_the_identity(large, tolerance):
    torch.manual_seed(0)
    model = models.create("dilated_context", num_classes=4, in_channels=4, large=large)
    x = torch.rand(2, 4, 20, 20)
    torch.testing.assert_close(model(x), x, atol=tolerance, rtol=0)


def test_copies_of_a_map_are_not_equal():
    """With equal weights they would stay equal for ever."""
    model = models.create("dilated_context", num_classes=2, in_channels=2, large=True)
    first, second = model.layers[0].weight[:2]
    assert not torch.equal(first, second)


def test_the_wrong_number_of_maps_is_refused():
    with pytest.raises(ValueError, match="images of 21 channels"):
        models.create("dilated_context")(torch.zeros(1, 3, 9, 9))
