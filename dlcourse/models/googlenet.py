"""GoogLeNet, the first Inception: four branches a block, auxiliary heads half-way up (2014)."""

from typing import NamedTuple

import torch
from torch import nn

from dlcourse.models.alexnet import response_norm
from dlcourse.models.inception import (
    Branches,
    ConvNormReLU,
    chain,
    initialize_he,
    keeping,
    pooled,
    truncated_normal,
)
from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


class Outputs(NamedTuple):
    """What GoogLeNet returns in training; each (N, num_classes)."""

    logits: torch.Tensor
    auxiliary1: torch.Tensor
    auxiliary2: torch.Tensor


class ConvReLU(nn.Sequential):
    """Convolution with bias and ReLU: the paper is older than batch normalization."""

    def __init__(self, in_channels, channels, kernel=1, stride=1, padding=None):
        super().__init__(
            nn.Conv2d(in_channels, channels, kernel, stride, keeping(kernel, padding)), nn.ReLU()
        )


def inception(in_channels, one, reduce3, three, reduce5, five, pool, large=3, conv=ConvNormReLU):
    """1×1 beside 3×3 beside 5×5 beside pooling; 1×1 convolutions first thin out what is costly.

    Arguments named as in the paper's first table. (N, in_channels, H, W) →
    (N, one + three + five + pool, H, W). large: the kernel that the paper says is 5.
    """
    return Branches(
        chain(in_channels, (one, 1), conv=conv),
        chain(in_channels, (reduce3, 1), (three, 3), conv=conv),
        chain(in_channels, (reduce5, 1), (five, large), conv=conv),
        pooled(nn.MaxPool2d(3, stride=1, padding=1), in_channels, pool, conv=conv),
    )


class AuxiliaryHead(nn.Module):
    """A classifier that sees the maps half-way up and sends them a gradient of their own.

    The paper pools 5×5 in steps of 3, which makes 4×4 of the 14×14 that it has; this makes 4×4 of
    any sides.
    """

    def __init__(self, in_channels, num_classes, conv):
        super().__init__()
        self.layers = nn.Sequential(
            nn.AdaptiveAvgPool2d(4),
            conv(in_channels, 128),
            nn.Flatten(),
            nn.Linear(128 * 4 * 4, 1024),
            nn.ReLU(),
            nn.Dropout(0.7),
            nn.Linear(1024, num_classes),
        )

    def forward(self, x):
        return self.layers(x)


class GoogLeNet(nn.Module):
    """A stem, nine Inception blocks, average pooling and one linear layer.

    x: (N, in_channels, H, W), as a rule 224×224, at least 15×15. Returns scores: (N, num_classes),
    in training `Outputs` if it has auxiliary heads. conv: what a convolution comes with. large: the
    kernel of the third branch. norm: makes the normalization of the stem.
    """

    def __init__(
        self, num_classes, in_channels, auxiliary, conv, large, norm=nn.Identity, dropout=0.2
    ):
        super().__init__()
        self.in_channels = in_channels

        def block(channels, *widths):
            return inception(channels, *widths, large=large, conv=conv)

        def halve(kernel=3):
            return nn.MaxPool2d(kernel, stride=2, ceil_mode=True)

        self.stem = nn.Sequential(
            conv(in_channels, 64, 7, 2, 3),  # (N, 64, 112, 112)
            halve(),
            norm(),
            conv(64, 64),  # (N, 64, 56, 56)
            conv(64, 192, 3),  # (N, 192, 56, 56)
            norm(),
            halve(),
        )
        self.lower = nn.Sequential(
            block(192, 64, 96, 128, 16, 32, 32),  # 3a: (N, 256, 28, 28)
            block(256, 128, 128, 192, 32, 96, 64),  # 3b: (N, 480, 28, 28)
            halve(),
            block(480, 192, 96, 208, 16, 48, 64),  # 4a: (N, 512, 14, 14)
        )
        self.middle = nn.Sequential(
            block(512, 160, 112, 224, 24, 64, 64),  # 4b
            block(512, 128, 128, 256, 24, 64, 64),  # 4c
            block(512, 112, 144, 288, 32, 64, 64),  # 4d: (N, 528, 14, 14)
        )
        self.upper = nn.Sequential(
            block(528, 256, 160, 320, 32, 128, 128),  # 4e: (N, 832, 14, 14)
            halve(2),
            block(832, 256, 160, 320, 32, 128, 128),  # 5a
            block(832, 384, 192, 384, 48, 128, 128),  # 5b: (N, 1024, 7, 7)
        )
        self.auxiliary1 = AuxiliaryHead(512, num_classes, conv) if auxiliary else None
        self.auxiliary2 = AuxiliaryHead(528, num_classes, conv) if auxiliary else None
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(1024, num_classes)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=15)
        lower = self.lower(self.stem(x))
        middle = self.middle(lower)
        features = self.upper(middle).mean((2, 3))  # (N, 1024)
        logits = self.classifier(self.dropout(features))
        if self.training and self.auxiliary1 is not None:
            return Outputs(logits, self.auxiliary1(lower), self.auxiliary2(middle))
        return logits


@register(
    input_size=(3, 224, 224),
    smallest=(3, 15, 15),
    parameters=13_004_888,
    multiply_adds=1_498_376_192,
    source="Szegedy et al., 2015",
)
def googlenet(num_classes=1000, in_channels=3, auxiliary=True, paper=False):
    """GoogLeNet: 13,004,888 parameters, 1.50 billion multiply-adds at 224×224.

    Szegedy et al., Going deeper with convolutions, 2015. 6,624,904 of the parameters remain where
    the auxiliary heads are left out (`auxiliary=False`); they are of use in training alone. By
    default this is torchvision's network: with batch normalization, and with 3×3 convolutions where
    the paper has 5×5. `paper=True` builds what the paper describes: 5×5, biases and response
    normalization, 13,378,280 parameters, 6,998,552 without the heads, 1.58 billion multiply-adds.

    In training it returns logits, auxiliary1, auxiliary2; `models.auxiliary_loss` weighs them.
    """
    if paper:
        model = GoogLeNet(
            num_classes, in_channels, auxiliary, ConvReLU, 5, response_norm, dropout=0.4
        )
        initialize_he(model)
        return model
    model = GoogLeNet(num_classes, in_channels, auxiliary, ConvNormReLU, 3)
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            truncated_normal(module, std=0.01)
    return model
