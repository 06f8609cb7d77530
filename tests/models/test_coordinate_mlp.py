"""The network of homework 2: raw coordinates against Fourier features."""

import torch
from torch import nn

from dlcourse import models


def test_four_layers_of_256_channels_end_in_a_sigmoid():
    model = models.create("coordinate_mlp")
    linear = [m for m in model.modules() if isinstance(m, nn.Linear)]
    sizes = [(m.in_features, m.out_features) for m in linear]
    assert sizes == [(512, 256), (256, 256), (256, 256), (256, 3)]
    assert isinstance(model.layers[-1], nn.Sigmoid)


def test_raw_coordinates_go_in_as_they_are():
    model = models.create("coordinate_mlp", num_frequencies=0)
    assert sum(p.numel() for p in model.parameters()) == 133_123
    x = torch.rand(5, 2)
    torch.testing.assert_close(model(x), model.layers(x))


def test_encoded_coordinates_learn_what_raw_ones_cannot():
    """Eight stripes in one dimension: a raw network sees a grey wall."""
    torch.manual_seed(0)
    x = torch.linspace(0, 1, 128)[:, None]
    stripes = (torch.sin(16 * torch.pi * x) > 0).float()

    def error(num_frequencies):
        options = {"num_frequencies": num_frequencies, "scale": 8.0, "channels": 64}
        model = models.create("coordinate_mlp", in_features=1, out_features=1, **options)
        adam = torch.optim.Adam(model.parameters(), lr=1e-3)
        for _ in range(150):
            adam.zero_grad()
            loss = nn.functional.mse_loss(model(x), stripes)
            loss.backward()
            adam.step()
        return loss.item()

    assert error(32) < 0.05 < 0.2 < error(0)
