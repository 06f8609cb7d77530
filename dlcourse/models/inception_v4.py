"""Inception-v4: the idea of Inception once more, deeper and without historical ballast (2016)."""

from torch import nn

from dlcourse.models.inception import Branches, ConvNormReLU, chain, initialize_he, pooled
from dlcourse.models.inception_v3 import COLUMN, ROW, reduce_a, row_and_column
from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


def average():
    """The pooling that keeps the sides; at the borders, the mean of the pixels that are there."""
    return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)


def stem(in_channels):
    """299×299 → 384 maps of 35×35; three times, a convolution works beside a pooling."""
    return nn.Sequential(
        ConvNormReLU(in_channels, 32, 3, stride=2, padding=0),  # (N, 32, 149, 149)
        ConvNormReLU(32, 32, 3, padding=0),  # (N, 32, 147, 147)
        ConvNormReLU(32, 64, 3),  # (N, 64, 147, 147)
        Branches(nn.MaxPool2d(3, stride=2), chain(64, (96, 3, 2))),  # (N, 160, 73, 73)
        Branches(
            chain(160, (64, 1), (96, 3, 1)),
            chain(160, (64, 1), (64, ROW), (64, COLUMN), (96, 3, 1)),
        ),  # (N, 192, 71, 71)
        Branches(chain(192, (192, 3, 2)), nn.MaxPool2d(3, stride=2)),  # (N, 384, 35, 35)
    )


def block_a():
    """At 35×35, 384 channels."""
    return Branches(
        chain(384, (96, 1)),
        chain(384, (64, 1), (96, 3)),
        chain(384, (64, 1), (96, 3), (96, 3)),
        pooled(average(), 384, 96),
    )


def block_b():
    """At 17×17, 1024 channels: 7×7 as rows and columns."""
    return Branches(
        chain(1024, (384, 1)),
        chain(1024, (192, 1), (224, ROW), (256, COLUMN)),
        chain(1024, (192, 1), (192, COLUMN), (224, ROW), (224, COLUMN), (256, ROW)),
        pooled(average(), 1024, 128),
    )


def reduce_b():
    """17×17 → 8×8, 1024 channels to 1536."""
    return Branches(
        chain(1024, (192, 1), (192, 3, 2)),
        chain(1024, (256, 1), (256, ROW), (320, COLUMN), (320, 3, 2)),
        nn.MaxPool2d(3, stride=2),
    )


def block_c():
    """At 8×8, 1536 channels: two branches end in a row beside a column."""
    return Branches(
        chain(1536, (256, 1)),
        nn.Sequential(chain(1536, (384, 1)), row_and_column(384, 256)),
        nn.Sequential(
            chain(1536, (384, 1), (448, (3, 1)), (512, (1, 3))), row_and_column(512, 256)
        ),
        pooled(average(), 1536, 256),
    )


class InceptionV4(nn.Module):
    """A stem, 4 blocks at 35×35, 7 at 17×17, 3 at 8×8, average pooling and one linear layer.

    x: (N, in_channels, H, W), as a rule 299×299, at least 75×75. Returns scores:
    (N, num_classes).
    """

    def __init__(self, num_classes=1000, in_channels=3):
        super().__init__()
        self.in_channels = in_channels
        self.features = nn.Sequential(
            stem(in_channels),  # (N, 384, 35, 35)
            *(block_a() for _ in range(4)),
            reduce_a(384, k=192, l=224, m=256, n=384),  # (N, 1024, 17, 17)
            *(block_b() for _ in range(7)),
            reduce_b(),  # (N, 1536, 8, 8)
            *(block_c() for _ in range(3)),
        )
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(1536, num_classes)
        initialize_he(self)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=75)
        features = self.features(x).mean((2, 3))  # (N, 1536)
        return self.classifier(self.dropout(features))


@register(
    input_size=(3, 299, 299),
    smallest=(3, 75, 75),
    parameters=42_679_816,
    multiply_adds=12_253_974_624,
    source="Szegedy, Ioffe, Vanhoucke and Alemi, 2016",
)
def inception_v4(num_classes=1000, in_channels=3):
    """Inception-v4: 42,679,816 parameters, 12.3 billion multiply-adds at 299×299.

    Szegedy, Ioffe, Vanhoucke and Alemi, Inception-v4, Inception-ResNet and the impact of residual
    connections on learning, 2016. It is the network of the published code, and timm's; the paper's
    figures 3 to 9 differ from it in the order of some rows and columns of 7, which changes neither
    figure above.
    """
    return InceptionV4(num_classes, in_channels)
