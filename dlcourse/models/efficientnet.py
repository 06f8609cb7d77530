"""EfficientNet: MBConv blocks, and depth, width and resolution that grow together.

Tan and Le, 2019 (B0) and 2021 (V2-S).
"""

import functools

from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.mobilenet import conv_bn
from dlcourse.models.registry import register
from dlcourse.models.se_resnet import SqueezeExcitation
from dlcourse.models.stochastic_depth import StochasticDepth, rates

conv_bn_silu = functools.partial(conv_bn, activation=nn.SiLU)


def conv_bn_linear(in_channels, out_channels):
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)
    )


class MBConv(nn.Module):
    """1×1 up, depthwise, squeeze and excitation, 1×1 down: MobileNetV2's block, maps weighed."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, expansion, drop):
        super().__init__()
        wide = in_channels * expansion
        self.block = nn.Sequential(
            *([conv_bn_silu(in_channels, wide, 1)] if expansion > 1 else []),
            conv_bn_silu(wide, wide, kernel_size, stride, groups=wide),
            SqueezeExcitation(wide, in_channels // 4, activation=nn.functional.silu),
            conv_bn_linear(wide, out_channels),
        )
        self.drop = StochasticDepth(drop)
        self.has_shortcut = stride == 1 and in_channels == out_channels

    def forward(self, x):
        return x + self.drop(self.block(x)) if self.has_shortcut else self.block(x)


class FusedMBConv(nn.Module):
    """MBConv with one full 3×3 in the place of 1×1 and depthwise: more work, less time.

    Early on, with few maps, a depthwise convolution leaves a processor waiting for memory.
    """

    def __init__(self, in_channels, out_channels, kernel_size, stride, expansion, drop):
        super().__init__()
        wide = in_channels * expansion
        if expansion > 1:
            self.block = nn.Sequential(
                conv_bn_silu(in_channels, wide, kernel_size, stride),
                conv_bn_linear(wide, out_channels),
            )
        else:
            self.block = nn.Sequential(conv_bn_silu(in_channels, out_channels, kernel_size, stride))
        self.drop = StochasticDepth(drop)
        self.has_shortcut = stride == 1 and in_channels == out_channels

    forward = MBConv.forward


class EfficientNet(nn.Module):
    """A stem, stages of blocks, a 1×1 to 1280 maps, and a linear layer on their means.

    plan: a row a stage: block, expansion, kernel size, stride, maps, depth. The stem has as many
    maps as the first stage gets. x: (N, in_channels, H, W), at least 32×32. Returns scores:
    (N, num_classes).
    """

    def __init__(self, plan, stem, dropout, eps, num_classes=1000, in_channels=3):
        super().__init__()
        self.in_channels = in_channels
        layers, channels = [conv_bn_silu(in_channels, stem, 3, stride=2)], stem
        drops = iter(rates(0.2, sum(row[-1] for row in plan)))
        for block, expansion, kernel_size, first_stride, maps, depth in plan:
            for number in range(depth):
                stride = first_stride if number == 0 else 1
                layers.append(block(channels, maps, kernel_size, stride, expansion, next(drops)))
                channels = maps
        self.features = nn.Sequential(*layers, conv_bn_silu(channels, 1280, 1))
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(1280, num_classes))
        self._initialize(eps, num_classes)

    def _initialize(self, eps, num_classes):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.BatchNorm2d):
                module.eps = eps
            elif isinstance(module, nn.Linear):
                nn.init.uniform_(module.weight, -(num_classes**-0.5), num_classes**-0.5)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=32)
        return self.classifier(self.features(x).mean((2, 3)))


# block, expansion, kernel size, stride, maps, depth
B0 = (
    (MBConv, 1, 3, 1, 16, 1),
    (MBConv, 6, 3, 2, 24, 2),
    (MBConv, 6, 5, 2, 40, 2),
    (MBConv, 6, 3, 2, 80, 3),
    (MBConv, 6, 5, 1, 112, 3),
    (MBConv, 6, 5, 2, 192, 4),
    (MBConv, 6, 3, 1, 320, 1),
)
V2_S = (
    (FusedMBConv, 1, 3, 1, 24, 2),
    (FusedMBConv, 4, 3, 2, 48, 4),
    (FusedMBConv, 4, 3, 2, 64, 4),
    (MBConv, 4, 3, 2, 128, 6),
    (MBConv, 6, 3, 1, 160, 9),
    (MBConv, 6, 3, 2, 256, 15),
)


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=5_288_548,
    multiply_adds=385_814_752,
    source="Tan and Le, 2019",
)
def efficientnet_b0(num_classes=1000, in_channels=3):
    """EfficientNet-B0 for 224×224 images: 5,288,548 parameters, 0.39 billion multiply-adds.

    Tan and Le, EfficientNet: rethinking model scaling for convolutional neural networks, 2019.
    """
    return EfficientNet(B0, 32, 0.2, 1e-5, num_classes, in_channels)


@register(
    input_size=(3, 384, 384),
    smallest=(3, 32, 32),
    parameters=21_458_488,
    multiply_adds=8_365_617_152,
    source="Tan and Le, 2021",
)
def efficientnet_v2_s(num_classes=1000, in_channels=3):
    """EfficientNetV2-S for 384×384 images: 21,458,488 parameters, 8.37 billion multiply-adds.

    Tan and Le, EfficientNetV2: smaller models and faster training, 2021.
    """
    return EfficientNet(V2_S, 24, 0.2, 1e-3, num_classes, in_channels)
