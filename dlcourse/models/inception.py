"""What all Inception networks are made of: chains of convolutions, side by side."""

import torch
from torch import nn


class ConvNormReLU(nn.Sequential):
    """Convolution without bias, batch normalization, ReLU.

    kernel: an integer or (height, width). padding: left out, it keeps the sides at stride 1; 0 is
    the V (valid) of the papers' figures.
    """

    def __init__(self, in_channels, channels, kernel=1, stride=1, padding=None):
        super().__init__(
            nn.Conv2d(in_channels, channels, kernel, stride, keeping(kernel, padding), bias=False),
            nn.BatchNorm2d(channels, eps=1e-3),
            nn.ReLU(),
        )


def keeping(kernel, padding=None):
    """The padding at which a convolution of stride 1 keeps the sides; `padding` if it is given."""
    if padding is not None:
        return padding
    return kernel // 2 if isinstance(kernel, int) else tuple(side // 2 for side in kernel)


def chain(in_channels, *steps, conv=ConvNormReLU):
    """Convolutions one after the other, each a pair (channels, kernel) that keeps the sides.

    A third number in a step is its stride; such a step is not padded, as where a grid is reduced.

    >>> chain(192, (96, 1), (128, 3), (128, 3, 2))(torch.zeros(2, 192, 28, 28)).shape
    torch.Size([2, 128, 13, 13])
    """
    layers = []
    for channels, kernel, *stride in steps:
        layers.append(conv(in_channels, channels, kernel, *([*stride, 0] if stride else [])))
        in_channels = channels
    return nn.Sequential(*layers)


class Branches(nn.Module):
    """y = [f₁(x), f₂(x), …]: the channels of every branch, one after the other.

    The branches see the same x: (N, C, H, W) and return maps of the same sides.

    >>> block = Branches(chain(3, (4, 1)), chain(3, (2, 1), (8, 3)), nn.AvgPool2d(3, 1, padding=1))
    >>> block(torch.zeros(2, 3, 5, 5)).shape
    torch.Size([2, 15, 5, 5])
    """

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def pooled(pool, in_channels, channels, conv=ConvNormReLU):
    """The branch that pools, then mixes the channels with a 1×1 convolution."""
    return nn.Sequential(pool, conv(in_channels, channels))


def truncated_normal(module, std):
    """Weights from N(0, std²), none beyond ±2, and biases 0, of one layer."""
    nn.init.trunc_normal_(module.weight, std=std, a=-2, b=2)
    if module.bias is not None:
        nn.init.zeros_(module.bias)


def initialize_he(model):
    """He et al.'s weights (2015) for every convolution, as the published code has them."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
