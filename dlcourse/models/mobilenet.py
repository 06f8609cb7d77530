"""MobileNet: one filter a map, then 1×1 across maps (Howard et al., 2017; Sandler et al., 2018)."""

from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


def conv_bn(in_channels, out_channels, kernel_size=3, stride=1, groups=1, activation=nn.ReLU6):
    """A convolution that keeps the size but for its stride, batch norm, activation."""
    return nn.Sequential(
        nn.Conv2d(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding=kernel_size // 2,
            groups=groups,
            bias=False,
        ),
        nn.BatchNorm2d(out_channels),
        activation(inplace=True),
    )


def separable(in_channels, out_channels, stride):
    """Depthwise 3×3, then 1×1: 9·in + in·out weights where a full 3×3 has 9·in·out."""
    return nn.Sequential(
        conv_bn(in_channels, in_channels, 3, stride, groups=in_channels),
        conv_bn(in_channels, out_channels, 1),
    )


class InvertedResidual(nn.Module):
    """1×1 up to `expansion` times the maps, depthwise 3×3, 1×1 down to few, without activation.

    The shortcut joins the narrow ends, so that is what has to be kept in memory. The last 1×1 is
    linear: a ReLU on few maps would destroy what they hold.
    """

    def __init__(self, in_channels, out_channels, stride, expansion):
        super().__init__()
        wide = in_channels * expansion
        self.conv = nn.Sequential(
            *([conv_bn(in_channels, wide, 1)] if expansion > 1 else []),
            conv_bn(wide, wide, 3, stride, groups=wide),
            nn.Conv2d(wide, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.has_shortcut = stride == 1 and in_channels == out_channels

    def forward(self, x):
        return x + self.conv(x) if self.has_shortcut else self.conv(x)


class MobileNet(nn.Module):
    """A stem, blocks, and a linear layer on the mean of each map.

    x: (N, in_channels, H, W), at least 32×32. Returns scores: (N, num_classes).
    """

    def __init__(self, blocks, channels, dropout, num_classes, in_channels):
        super().__init__()
        self.in_channels = in_channels
        self.features = nn.Sequential(conv_bn(in_channels, 32, 3, stride=2), *blocks)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(channels, num_classes))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.01)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=32)
        return self.classifier(self.features(x).mean((2, 3)))


# maps, stride of each separable convolution
V1 = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
)
# expansion, maps, blocks, stride of the first block of each group
V2 = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)  # fmt: skip


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=4_231_976,
    multiply_adds=568_740_352,
    source="Howard et al., 2017",
)
def mobilenet_v1(num_classes=1000, in_channels=3):
    """MobileNet for 224×224 images: 4,231,976 parameters, 0.57 billion multiply-adds.

    The paper's activation is ReLU; ReLU6, which keeps values small enough for 8 bits, came with its
    code. Howard et al., MobileNets: efficient convolutional neural networks for mobile vision
    applications, 2017.
    """
    blocks, channels = [], 32
    for maps, stride in V1:
        blocks.append(separable(channels, maps, stride))
        channels = maps
    return MobileNet(blocks, channels, 0.0, num_classes, in_channels)


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=3_504_872,
    multiply_adds=300_774_272,
    source="Sandler, Howard, Zhu, Zhmoginov and Chen, 2018",
)
def mobilenet_v2(num_classes=1000, in_channels=3):
    """MobileNetV2 for 224×224 images: 3,504,872 parameters, 0.30 billion multiply-adds.

    Sandler, Howard, Zhu, Zhmoginov and Chen, MobileNetV2: inverted residuals and linear
    bottlenecks, 2018.
    """
    blocks, channels = [], 32
    for expansion, maps, depth, first_stride in V2:
        for block in range(depth):
            stride = first_stride if block == 0 else 1
            blocks.append(InvertedResidual(channels, maps, stride, expansion))
            channels = maps
    blocks.append(conv_bn(channels, 1280, 1))
    return MobileNet(blocks, 1280, 0.2, num_classes, in_channels)
