"""Inception-ResNet: Inception blocks that add to their input, as residual networks do (2016)."""

from torch import nn

from dlcourse.models.inception import Branches, ConvNormReLU, chain, initialize_he, pooled
from dlcourse.models.inception_v3 import COLUMN, ROW, reduce_a
from dlcourse.models.inception_v3 import stem as stem_of_v3
from dlcourse.models.inception_v4 import average
from dlcourse.models.inception_v4 import stem as stem_of_v4
from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


class ResidualInception(nn.Module):
    """y = ReLU(x + scale · mix([f₁(x), f₂(x), …])).

    x, y: (N, channels, H, W). branches: the steps of the chain that is each fᵢ. mix is a 1×1
    convolution without ReLU from the channels of all branches back to those of x. Without a scale
    of 0.1 to 0.3, networks with more than 1000 channels died early in training: the pooling saw
    nothing but zeros.
    """

    def __init__(self, channels, branches, scale):
        super().__init__()
        self.branches = Branches(*(chain(channels, *steps) for steps in branches))
        width = sum(steps[-1][0] for steps in branches)
        self.mix = nn.Conv2d(width, channels, 1)
        self.scale = scale
        self.activation = nn.ReLU()

    def forward(self, x):
        return self.activation(x + self.scale * self.mix(self.branches(x)))


def stage(count, channels, branches, scale):
    """`count` such blocks, one after the other."""
    return [ResidualInception(channels, branches, scale) for _ in range(count)]


class InceptionResNet(nn.Module):
    """Three stages of residual blocks with a reduction between them, pooling, a linear layer.

    x: (N, in_channels, H, W), as a rule 299×299, at least 75×75. Returns scores: (N, num_classes).
    features: the layers below the pooling, which give `channels` maps.
    """

    def __init__(self, features, channels, num_classes, in_channels):
        super().__init__()
        self.in_channels = in_channels
        self.features = nn.Sequential(*features)
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(channels, num_classes)
        initialize_he(self)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=75)
        features = self.features(x).mean((2, 3))
        return self.classifier(self.dropout(features))


def reduce_b(channels, p, q):
    """17×17 → 8×8 by three chains beside a pooling, 384 + p + q channels more."""
    return Branches(
        chain(channels, (256, 1), (384, 3, 2)),
        chain(channels, (256, 1), (p, 3, 2)),
        chain(channels, (256, 1), (p, 3), (q, 3, 2)),
        nn.MaxPool2d(3, stride=2),
    )


def features_v1(in_channels):
    """Figures 10 to 15 of the paper: 1792 maps of 8×8."""
    a = [[(32, 1)], [(32, 1), (32, 3)], [(32, 1), (32, 3), (32, 3)]]
    b = [[(128, 1)], [(128, 1), (128, ROW), (128, COLUMN)]]
    c = [[(192, 1)], [(192, 1), (192, (1, 3)), (192, (3, 1))]]
    return [
        *stem_of_v3(in_channels),  # (N, 192, 71, 71)
        ConvNormReLU(192, 256, 3, stride=2, padding=0),  # (N, 256, 35, 35)
        *stage(5, 256, a, 0.17),
        reduce_a(256, k=192, l=192, m=256, n=384),  # (N, 896, 17, 17)
        *stage(10, 896, b, 0.10),
        reduce_b(896, p=256, q=256),  # (N, 1792, 8, 8)
        *stage(5, 1792, c, 0.20),
    ]


A2 = [[(32, 1)], [(32, 1), (32, 3)], [(32, 1), (48, 3), (64, 3)]]
B2 = [[(192, 1)], [(128, 1), (160, ROW), (192, COLUMN)]]
C2 = [[(192, 1)], [(192, 1), (224, (1, 3)), (256, (3, 1))]]


def features_v2(in_channels):
    """The published code: 320 channels at 35×35, twice the blocks of the paper; 1536 maps."""
    last = ResidualInception(2080, C2, scale=1.0)
    last.activation = nn.Identity()
    return [
        *stem_of_v3(in_channels),  # (N, 192, 71, 71)
        nn.MaxPool2d(3, stride=2),  # (N, 192, 35, 35)
        Branches(
            chain(192, (96, 1)),
            chain(192, (48, 1), (64, 5)),
            chain(192, (64, 1), (96, 3), (96, 3)),
            pooled(average(), 192, 64),
        ),  # (N, 320, 35, 35)
        *stage(10, 320, A2, 0.17),
        reduce_a(320, k=256, l=256, m=384, n=384),  # (N, 1088, 17, 17)
        *stage(20, 1088, B2, 0.10),
        reduce_b(1088, p=288, q=320),  # (N, 2080, 8, 8)
        *stage(9, 2080, C2, 0.20),
        last,
        ConvNormReLU(2080, 1536),
    ]


def features_v2_of_the_paper(in_channels):
    """Figures 15 to 19: the stem of Inception-v4, and 5, 10, 5 blocks; 2144 maps of 8×8."""
    return [
        stem_of_v4(in_channels),  # (N, 384, 35, 35)
        *stage(5, 384, A2, 0.17),
        reduce_a(384, k=256, l=256, m=384, n=384),  # (N, 1152, 17, 17)
        *stage(10, 1152, B2, 0.10),
        reduce_b(1152, p=288, q=320),  # (N, 2144, 8, 8)
        *stage(5, 2144, C2, 0.20),
    ]


SOURCE = "Szegedy, Ioffe, Vanhoucke and Alemi, 2016"


@register(
    input_size=(3, 299, 299),
    smallest=(3, 75, 75),
    parameters=22_756_328,
    multiply_adds=6_206_361_696,
    source=SOURCE,
)
def inception_resnet_v1(num_classes=1000, in_channels=3):
    """Inception-ResNet-v1: 22,756,328 parameters, 6.21 billion multiply-adds at 299×299.

    Szegedy, Ioffe, Vanhoucke and Alemi, Inception-v4, Inception-ResNet and the impact of residual
    connections on learning, 2016, figures 10 to 15. It costs about what Inception-v3 does. The
    paper leaves the scales open; these are those of the published code of version 2.
    """
    return InceptionResNet(features_v1(in_channels), 1792, num_classes, in_channels)


@register(
    input_size=(3, 299, 299),
    smallest=(3, 75, 75),
    parameters=55_843_464,
    multiply_adds=13_155_794_016,
    source=SOURCE,
)
def inception_resnet_v2(num_classes=1000, in_channels=3, paper=False):
    """Inception-ResNet-v2: 55,843,464 parameters, 13.2 billion multiply-adds at 299×299.

    Szegedy, Ioffe, Vanhoucke and Alemi, Inception-v4, Inception-ResNet and the impact of residual
    connections on learning, 2016. By default this is the network of the published code, and
    timm's. `paper=True` builds what the paper's figures draw: another stem, half the blocks and
    wider ones, 32,433,928 parameters, 9.26 billion multiply-adds. (Two of those figures name other
    channels than the additions need, 1154 for 1152 and 2048 for 2144.)
    """
    if paper:
        return InceptionResNet(
            features_v2_of_the_paper(in_channels), 2144, num_classes, in_channels
        )
    return InceptionResNet(features_v2(in_channels), 1536, num_classes, in_channels)
