"""The ResNets for 32×32 images, and the same networks without shortcuts (He et al., 2016)."""

import functools

from torch import nn
from torch.nn import functional as F

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register
from dlcourse.models.resnet import initialize, stage

SOURCE = "He, Zhang, Ren and Sun, 2016"


class Block(nn.Module):
    """Two 3×3 convolutions; with `shortcut` what they were given is added before the last ReLU.

    The shortcut has no weights. Where the block halves the image and doubles the maps, it takes
    every other position and fills the new maps with zeros (option A of the paper).
    """

    def __init__(self, in_channels, out_channels, stride=1, shortcut=True):
        super().__init__()
        self.out_channels, self.new_maps = out_channels, out_channels - in_channels
        self.stride, self.shortcut = stride, shortcut
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(out))
        return F.relu(out + self.carried(x) if self.shortcut else out, inplace=True)

    def carried(self, x):
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        return F.pad(x, (0, 0, 0, 0, 0, self.new_maps)) if self.new_maps else x


class ResNetCifar(nn.Module):
    """A 3×3 convolution, three stages of n blocks of 16, 32 and 64 maps, their means, scores.

    x: (N, in_channels, H, W), usually 32×32. Returns scores: (N, num_classes).
    depth = 6n + 2 layers with weights: two in each of 3n blocks, the first and the last.
    shortcut: False builds the plain network, whose training gets worse as it gets deeper.
    """

    def __init__(self, depth, num_classes=10, in_channels=3, shortcut=True):
        super().__init__()
        n, rest = divmod(depth - 2, 6)
        if rest or n < 1:
            raise ValueError(f"the depth is 6n + 2 for some n ≥ 1, as 20 or 56; got {depth}")
        self.in_channels = in_channels
        self.conv1 = nn.Conv2d(in_channels, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        block = functools.partial(Block, shortcut=shortcut)
        self.layer1 = stage(block, 16, 16, n)  # 32×32
        self.layer2 = stage(block, 16, 32, n, stride=2)  # 16×16
        self.layer3 = stage(block, 32, 64, n, stride=2)  # 8×8
        self.fc = nn.Linear(64, num_classes)
        initialize(self)

    def forward(self, x):
        check_images(x, self.in_channels)
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


@register(
    input_size=(3, 32, 32),
    smallest=(3, 8, 8),
    parameters=269_722,
    multiply_adds=40_551_040,
    source=SOURCE,
)
def resnet20(num_classes=10, in_channels=3):
    """ResNet-20 for 32×32 images: 269,722 parameters, 41 million multiply-adds.

    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNetCifar(20, num_classes, in_channels)


@register(
    input_size=(3, 32, 32),
    smallest=(3, 8, 8),
    parameters=464_154,
    multiply_adds=68_862_592,
    source=SOURCE,
)
def resnet32(num_classes=10, in_channels=3):
    """ResNet-32 for 32×32 images: 464,154 parameters, 69 million multiply-adds.

    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNetCifar(32, num_classes, in_channels)


@register(
    input_size=(3, 32, 32),
    smallest=(3, 8, 8),
    parameters=658_586,
    multiply_adds=97_174_144,
    source=SOURCE,
)
def resnet44(num_classes=10, in_channels=3):
    """ResNet-44 for 32×32 images: 658,586 parameters, 97 million multiply-adds.

    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNetCifar(44, num_classes, in_channels)


@register(
    input_size=(3, 32, 32),
    smallest=(3, 8, 8),
    parameters=853_018,
    multiply_adds=125_485_696,
    source=SOURCE,
)
def resnet56(num_classes=10, in_channels=3):
    """ResNet-56 for 32×32 images: 853,018 parameters, 125 million multiply-adds.

    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNetCifar(56, num_classes, in_channels)


@register(
    input_size=(3, 32, 32),
    smallest=(3, 8, 8),
    parameters=1_727_962,
    multiply_adds=252_887_680,
    source=SOURCE,
)
def resnet110(num_classes=10, in_channels=3):
    """ResNet-110 for 32×32 images: 1,727,962 parameters, 253 million multiply-adds.

    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNetCifar(110, num_classes, in_channels)


@register(
    input_size=(3, 32, 32),
    smallest=(3, 8, 8),
    parameters=269_722,
    multiply_adds=40_551_040,
    source=SOURCE,
)
def plain20(num_classes=10, in_channels=3):
    """ResNet-20 without its shortcuts, for 32×32 images: 269,722 parameters,
    41 million multiply-adds.

    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNetCifar(20, num_classes, in_channels, shortcut=False)


@register(
    input_size=(3, 32, 32),
    smallest=(3, 8, 8),
    parameters=853_018,
    multiply_adds=125_485_696,
    source=SOURCE,
)
def plain56(num_classes=10, in_channels=3):
    """ResNet-56 without its shortcuts, for 32×32 images: 853,018 parameters,
    125 million multiply-adds.

    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNetCifar(56, num_classes, in_channels, shortcut=False)
