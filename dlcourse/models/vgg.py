"""VGG: 3×3 convolutions and nothing else, 11 to 19 layers deep (2014)."""

from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register

# Convolutions in each of the five stages, between two poolings. The name counts these and the
# three linear layers.
DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
WIDTHS = (64, 128, 256, 512, 512)


def stage(in_channels, channels, depth, batch_norm):
    """`depth` convolutions with ReLU, then a pooling that halves the sides.

    Two 3×3 convolutions see 5×5 pixels with 18 weights a pair of maps where one has 25, three see
    7×7 with 27 where one has 49; and there is a ReLU after each.
    """
    layers = []
    for _ in range(depth):
        layers.append(nn.Conv2d(in_channels, channels, 3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(channels))
        layers.append(nn.ReLU())
        in_channels = channels
    return [*layers, nn.MaxPool2d(2)]


class VGG(nn.Module):
    """Five stages of 64, 128, 256, 512, 512 maps; then 4096, 4096, classes.

    x: (N, in_channels, H, W), as a rule 224×224, at least 32×32. Returns scores:
    (N, num_classes). depths: convolutions in each stage.
    """

    def __init__(self, depths, num_classes=1000, in_channels=3, batch_norm=False):
        super().__init__()
        self.in_channels = in_channels
        layers, channels = [], in_channels
        for width, depth in zip(WIDTHS, depths, strict=True):
            layers += stage(channels, width, depth, batch_norm)
            channels = width
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(7))  # (N, 512, 7, 7)
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(4096, num_classes),
        )
        initialize(self)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=32)
        return self.classifier(self.features(x).flatten(1))


def initialize(model):
    """He et al.'s weights (2015) for convolutions, N(0, 0.01²) for linear layers, biases 0.

    The paper trained the shallow network first and grew the deep ones from it; with these weights
    they train from the start.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.zeros_(module.bias)


def vgg_entry(parameters, multiply_adds):
    return register(
        input_size=(3, 224, 224),
        smallest=(3, 32, 32),
        parameters=parameters,
        multiply_adds=multiply_adds,
        source="Simonyan and Zisserman, 2014",
    )


@vgg_entry(132_863_336, 7_609_090_048)
def vgg11(num_classes=1000, in_channels=3):
    """VGG-11: 132,863,336 parameters, 7.6 billion multiply-adds at 224×224.

    Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition,
    2014, configuration A.
    """
    return VGG(DEPTHS[11], num_classes, in_channels)


@vgg_entry(132_868_840, 7_609_090_048)
def vgg11_bn(num_classes=1000, in_channels=3):
    """VGG-11 with batch norm: 132,868,840 parameters, 7.6 billion multiply-adds at 224×224.

    Simonyan and Zisserman, 2014, and torchvision: the paper is older than batch normalization.
    """
    return VGG(DEPTHS[11], num_classes, in_channels, batch_norm=True)


@vgg_entry(133_047_848, 11_308_466_176)
def vgg13(num_classes=1000, in_channels=3):
    """VGG-13: 133,047,848 parameters, 11.3 billion multiply-adds at 224×224.

    Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition,
    2014, configuration B.
    """
    return VGG(DEPTHS[13], num_classes, in_channels)


@vgg_entry(133_053_736, 11_308_466_176)
def vgg13_bn(num_classes=1000, in_channels=3):
    """VGG-13 with batch norm: 133,053,736 parameters, 11.3 billion multiply-adds at 224×224.

    Simonyan and Zisserman, 2014, and torchvision: the paper is older than batch normalization.
    """
    return VGG(DEPTHS[13], num_classes, in_channels, batch_norm=True)


@vgg_entry(138_357_544, 15_470_264_320)
def vgg16(num_classes=1000, in_channels=3):
    """VGG-16: 138,357,544 parameters, 15.5 billion multiply-adds at 224×224.

    Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition,
    2014, configuration D.
    """
    return VGG(DEPTHS[16], num_classes, in_channels)


@vgg_entry(138_365_992, 15_470_264_320)
def vgg16_bn(num_classes=1000, in_channels=3):
    """VGG-16 with batch norm: 138,365,992 parameters, 15.5 billion multiply-adds at 224×224.

    Simonyan and Zisserman, 2014, and torchvision: the paper is older than batch normalization.
    """
    return VGG(DEPTHS[16], num_classes, in_channels, batch_norm=True)


@vgg_entry(143_667_240, 19_632_062_464)
def vgg19(num_classes=1000, in_channels=3):
    """VGG-19: 143,667,240 parameters, 19.6 billion multiply-adds at 224×224.

    Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition,
    2014, configuration E.
    """
    return VGG(DEPTHS[19], num_classes, in_channels)


@vgg_entry(143_678_248, 19_632_062_464)
def vgg19_bn(num_classes=1000, in_channels=3):
    """VGG-19 with batch norm: 143,678,248 parameters, 19.6 billion multiply-adds at 224×224.

    Simonyan and Zisserman, 2014, and torchvision: the paper is older than batch normalization.
    """
    return VGG(DEPTHS[19], num_classes, in_channels, batch_norm=True)
