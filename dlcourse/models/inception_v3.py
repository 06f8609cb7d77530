"""Inception-v3: large kernels taken apart, into 3×3 and into rows and columns (2015)."""

from typing import NamedTuple

import torch
from torch import nn

from dlcourse.models.inception import Branches, ConvNormReLU, chain, pooled, truncated_normal
from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register

ROW, COLUMN = (1, 7), (7, 1)


class Outputs(NamedTuple):
    """What Inception-v3 returns in training; each (N, num_classes)."""

    logits: torch.Tensor
    auxiliary: torch.Tensor


def average():
    """The pooling that keeps the sides; zeros beyond the borders count."""
    return nn.AvgPool2d(3, stride=1, padding=1)


def stem(in_channels):
    """299×299 → 192 maps of 71×71."""
    return [
        ConvNormReLU(in_channels, 32, 3, stride=2, padding=0),  # (N, 32, 149, 149)
        ConvNormReLU(32, 32, 3, padding=0),  # (N, 32, 147, 147)
        ConvNormReLU(32, 64, 3),  # (N, 64, 147, 147)
        nn.MaxPool2d(3, stride=2),  # (N, 64, 73, 73)
        ConvNormReLU(64, 80),
        ConvNormReLU(80, 192, 3, padding=0),  # (N, 192, 71, 71)
    ]


def block_a(channels, pool):
    """At 35×35: 5×5 once as it is, once as two 3×3. To 224 + pool channels."""
    return Branches(
        chain(channels, (64, 1)),
        chain(channels, (48, 1), (64, 5)),
        chain(channels, (64, 1), (96, 3), (96, 3)),
        pooled(average(), channels, pool),
    )


def reduce_a(channels, k, l, m, n):
    """35×35 → 17×17: two chains in steps of 2 beside pooling, n + m channels more.

    The letters are those of the first table of the paper on Inception-v4, which has it again.
    """
    return Branches(
        chain(channels, (n, 3, 2)),
        chain(channels, (k, 1), (l, 3), (m, 3, 2)),
        nn.MaxPool2d(3, stride=2),
    )


def block_b(width):
    """At 17×17: 7×7 as a row and a column of 7, with 14 weights for 49. To 768 channels."""
    twice = [(width, COLUMN), (width, ROW), (width, COLUMN), (192, ROW)]
    return Branches(
        chain(768, (192, 1)),
        chain(768, (width, 1), (width, ROW), (192, COLUMN)),
        chain(768, (width, 1), *twice),
        pooled(average(), 768, 192),
    )


def reduce_b():
    """17×17 → 8×8, to 1280 channels."""
    return Branches(
        chain(768, (192, 1), (320, 3, 2)),
        chain(768, (192, 1), (192, ROW), (192, COLUMN), (192, 3, 2)),
        nn.MaxPool2d(3, stride=2),
    )


def row_and_column(in_channels, channels):
    """3×3 as a row beside a column of 3: the block grows wide rather than deep."""
    return Branches(
        chain(in_channels, (channels, (1, 3))),
        chain(in_channels, (channels, (3, 1))),
    )


def block_c(channels):
    """At 8×8: two branches end in a row beside a column. To 2048 channels."""
    return Branches(
        chain(channels, (320, 1)),
        nn.Sequential(chain(channels, (384, 1)), row_and_column(384, 384)),
        nn.Sequential(chain(channels, (448, 1), (384, 3)), row_and_column(384, 384)),
        pooled(average(), channels, 192),
    )


class AuxiliaryHead(nn.Sequential):
    """(N, 768, 17, 17) → (N, num_classes): pooled to 5×5, mixed, one 5×5 convolution, linear."""

    def __init__(self, num_classes):
        super().__init__(
            nn.AvgPool2d(5, stride=3),  # (N, 768, 5, 5)
            ConvNormReLU(768, 128),
            ConvNormReLU(128, 768, 5, padding=0),  # (N, 768, 1, 1)
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(768, num_classes),
        )


class InceptionV3(nn.Module):
    """A stem, then blocks at 35×35, 17×17 and 8×8, average pooling and one linear layer.

    x: (N, in_channels, H, W), as a rule 299×299; at least 75×75, in training with the auxiliary
    head 299×299. Returns scores: (N, num_classes), in training with the head `Outputs`.
    """

    def __init__(self, num_classes=1000, in_channels=3, auxiliary=True):
        super().__init__()
        self.in_channels = in_channels
        self.stem = nn.Sequential(
            *stem(in_channels),  # (N, 192, 71, 71)
            nn.MaxPool2d(3, stride=2),  # (N, 192, 35, 35)
        )
        self.lower = nn.Sequential(
            block_a(192, pool=32),  # (N, 256, 35, 35)
            block_a(256, pool=64),  # (N, 288, 35, 35)
            block_a(288, pool=64),
            reduce_a(288, k=64, l=96, m=96, n=384),  # (N, 768, 17, 17)
            *(block_b(width) for width in (128, 160, 160, 192)),
        )
        self.auxiliary = AuxiliaryHead(num_classes) if auxiliary else None
        self.upper = nn.Sequential(
            reduce_b(),  # (N, 1280, 8, 8)
            block_c(1280),  # (N, 2048, 8, 8)
            block_c(2048),
        )
        self.dropout = nn.Dropout(0.5)
        self.classifier = nn.Linear(2048, num_classes)
        self.initialize()

    def initialize(self):
        """Truncated normal weights, of the standard deviations in the published code."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                truncated_normal(module, std=0.1)
        if self.auxiliary is not None:
            truncated_normal(self.auxiliary[2][0], std=0.01)
            truncated_normal(self.auxiliary[-1], std=0.001)

    def forward(self, x):
        with_head = self.training and self.auxiliary is not None
        check_images(x, self.in_channels, at_least=299 if with_head else 75)
        lower = self.lower(self.stem(x))
        features = self.upper(lower).mean((2, 3))  # (N, 2048)
        logits = self.classifier(self.dropout(features))
        return Outputs(logits, self.auxiliary(lower)) if with_head else logits


@register(
    input_size=(3, 299, 299),
    parameters=27_161_264,
    multiply_adds=5_713_216_096,
    source="Szegedy et al., 2016",
)
def inception_v3(num_classes=1000, in_channels=3, auxiliary=True):
    """Inception-v3: 27,161,264 parameters, 5.71 billion multiply-adds at 299×299.

    Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception architecture for computer
    vision, 2016; the network of the published code, which is torchvision's too. 23,834,568 of the
    parameters remain without the auxiliary head (`auxiliary=False`). The head needs maps of 17×17,
    so that training with it takes images of 299×299 and more; without it, 75×75.

    In training it returns logits, auxiliary; `models.auxiliary_loss` weighs them.
    """
    return InceptionV3(num_classes, in_channels, auxiliary)
