"""A network as an image: it is asked for a place and answers with a colour."""

from torch import nn

from dlcourse.models.positional import FourierFeatures
from dlcourse.models.registry import register


class CoordinateMLP(nn.Module):
    """(x, y) → γ(x, y) → ReLU layers → sigmoid → colour (Tancik et al., 2020).

    x: (..., in_features) coordinates in 0..1. Returns (..., out_features) in 0..1.
    num_frequencies: of the Fourier features; 0 hands the network the raw coordinates.
    scale: the bandwidth, in cycles per unit. num_layers: linear layers, the last one included.
    """

    def __init__(
        self, in_features=2, out_features=3, num_frequencies=256, scale=10.0, channels=256,
        num_layers=4,
    ):  # fmt: skip
        super().__init__()
        if num_layers < 1:
            raise ValueError(f"CoordinateMLP needs at least one layer, got num_layers={num_layers}")
        self.encoding = nn.Identity()
        width = in_features
        if num_frequencies:
            self.encoding = FourierFeatures(in_features, num_frequencies, scale)
            width = 2 * num_frequencies
        layers = []
        for _ in range(num_layers - 1):
            layers += [nn.Linear(width, channels), nn.ReLU()]
            width = channels
        self.layers = nn.Sequential(*layers, nn.Linear(width, out_features), nn.Sigmoid())

    def forward(self, x):
        return self.layers(self.encoding(x))


@register(
    input_size=(1024, 2),
    smallest=(4, 2),
    parameters=263_683,
    multiply_adds=1024 * (2 * 256 + 512 * 256 + 256 * 256 + 256 * 256 + 256 * 3),
    source="Tancik et al., 2020",
)
def coordinate_mlp(
    in_features=2, out_features=3, num_frequencies=256, scale=10.0, channels=256, num_layers=4
):
    """Four layers of 256 channels on 256 Fourier features: 263,683 parameters.

    0.26 million multiply-adds a pixel, 512 for the angles among them. With `num_frequencies=0`, on
    the raw coordinates, 133,123 parameters, and the picture stays a blur.

    Tancik et al., Fourier features let networks learn high frequency functions in low dimensional
    domains, 2020.
    """
    return CoordinateMLP(in_features, out_features, num_frequencies, scale, channels, num_layers)
