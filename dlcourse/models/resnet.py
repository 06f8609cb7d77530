"""ResNet and ResNeXt: every block adds to what it was given (He et al., 2016; Xie et al., 2017)."""

import functools

from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


class BasicBlock(nn.Module):
    """relu(x + BN(conv3×3(relu(BN(conv3×3(x)))))): two 3×3 convolutions of equal width."""

    def __init__(self, in_channels, width, stride=1):
        super().__init__()
        self.out_channels = width
        self.conv1 = nn.Conv2d(in_channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(in_channels, width, stride)

    def residual(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        return self.bn2(self.conv2(x))

    def forward(self, x):
        return self.relu(self.residual(x) + self.downsample(x))


class Bottleneck(nn.Module):
    """A 1×1 convolution to `width` maps, a 3×3 on those few, a 1×1 to four times as many.

    256 maps → 64 → 64 → 256 is 16K + 36K + 16K weights; a 3×3 on 256 maps would be 590K.

    stride_in: which convolution halves the image, "3x3" as torchvision builds it, or "1x1", the
    first one, as He et al. do, which drops three of four positions unseen and is cheaper.
    groups, group_width: ResNeXt's 3×3 in `groups` groups of `width`·group_width/64 maps.
    """

    expansion = 4

    def __init__(self, in_channels, width, stride=1, stride_in="3x3", groups=1, group_width=64):
        super().__init__()
        if stride_in not in ("1x1", "3x3"):
            raise ValueError(f"stride_in is '1x1' or '3x3', got {stride_in!r}")
        first, second = (stride, 1) if stride_in == "1x1" else (1, stride)
        inner, self.out_channels = groups * width * group_width // 64, self.expansion * width
        self.conv1 = nn.Conv2d(in_channels, inner, 1, first, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, second, padding=1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, self.out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.out_channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(in_channels, self.out_channels, stride)

    def residual(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        return self.bn3(self.conv3(x))

    def forward(self, x):
        return self.relu(self.residual(x) + self.downsample(x))


def projection(in_channels, out_channels, stride):
    """The shortcut: x itself where the shapes agree, otherwise a 1×1 convolution of it."""
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
        nn.BatchNorm2d(out_channels),
    )


class ResNet(nn.Module):
    """A 7×7 convolution, a pooling, four stages of `depths` blocks, the mean of each map, scores.

    x: (N, in_channels, H, W), usually 224×224. Returns scores: (N, num_classes).
    block(in_channels, width, stride) builds a block that knows its `out_channels`.
    Names of parameters are torchvision's, so that its weights load with `load_state_dict`.
    """

    def __init__(self, block, depths, num_classes=1000, in_channels=3):
        super().__init__()
        self.in_channels = in_channels
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)  # 112×112
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)  # 56×56
        self.layer1 = stage(block, 64, 64, depths[0])  # 56×56
        self.layer2 = stage(block, self.layer1[-1].out_channels, 128, depths[1], stride=2)  # 28×28
        self.layer3 = stage(block, self.layer2[-1].out_channels, 256, depths[2], stride=2)  # 14×14
        self.layer4 = stage(block, self.layer3[-1].out_channels, 512, depths[3], stride=2)  # 7×7
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(self.layer4[-1].out_channels, num_classes)
        initialize(self)

    def stages(self, x):
        """The maps after each of the four stages: at a 4th, 8th, 16th and 32nd of the size."""
        check_images(x, self.in_channels)
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        maps = []
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
            maps.append(x)
        return maps

    def forward(self, x):
        return self.fc(self.avgpool(self.stages(x)[-1]).flatten(1))


def stage(block, in_channels, width, depth, stride=1):
    """`depth` blocks in a row, the first of which takes the stride."""
    blocks = [block(in_channels, width, stride)]
    blocks += [block(blocks[0].out_channels, width, 1) for _ in range(depth - 1)]
    return nn.Sequential(*blocks)


def initialize(model):
    """Convolutions as He et al. (2015) draw them, by the number of values that each feeds."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=11_689_512,
    multiply_adds=1_814_073_344,
    source="He, Zhang, Ren and Sun, 2016",
)
def resnet18(num_classes=1000, in_channels=3):
    """ResNet-18 for 224×224 images: 11,689,512 parameters, 1.81 billion multiply-adds.

    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, in_channels)


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=21_797_672,
    multiply_adds=3_663_761_408,
    source="He, Zhang, Ren and Sun, 2016",
)
def resnet34(num_classes=1000, in_channels=3):
    """ResNet-34 for 224×224 images: 21,797,672 parameters, 3.66 billion multiply-adds.

    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNet(BasicBlock, (3, 4, 6, 3), num_classes, in_channels)


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=25_557_032,
    multiply_adds=4_089_184_256,
    source="He, Zhang, Ren and Sun, 2016",
)
def resnet50(num_classes=1000, in_channels=3, stride_in="3x3"):
    """ResNet-50 for 224×224 images: 25,557,032 parameters, 4.09 billion multiply-adds.

    With stride_in="1x1", as in the paper, 3.86 billion.
    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNet(bottleneck(stride_in), (3, 4, 6, 3), num_classes, in_channels)


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=44_549_160,
    multiply_adds=7_801_405_440,
    source="He, Zhang, Ren and Sun, 2016",
)
def resnet101(num_classes=1000, in_channels=3, stride_in="3x3"):
    """ResNet-101 for 224×224 images: 44,549,160 parameters, 7.80 billion multiply-adds.

    With stride_in="1x1", as in the paper, 7.57 billion.
    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNet(bottleneck(stride_in), (3, 4, 23, 3), num_classes, in_channels)


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=60_192_808,
    multiply_adds=11_513_626_624,
    source="He, Zhang, Ren and Sun, 2016",
)
def resnet152(num_classes=1000, in_channels=3, stride_in="3x3"):
    """ResNet-152 for 224×224 images: 60,192,808 parameters, 11.51 billion multiply-adds.

    With stride_in="1x1", as in the paper, 11.28 billion.
    He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """
    return ResNet(bottleneck(stride_in), (3, 8, 36, 3), num_classes, in_channels)


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=25_028_904,
    multiply_adds=4_230_479_872,
    source="Xie, Girshick, Dollár, Tu and He, 2017",
)
def resnext50_32x4d(num_classes=1000, in_channels=3):
    """ResNeXt-50 (32×4d) for 224×224 images: 25,028,904 parameters, 4.23 billion multiply-adds.

    32 groups of 4 maps where ResNet-50 has 64 maps: twice the width at the same cost.
    Xie, Girshick, Dollár, Tu and He, Aggregated residual transformations for deep neural
    networks, 2017.
    """
    block = functools.partial(Bottleneck, groups=32, group_width=4)
    return ResNet(block, (3, 4, 6, 3), num_classes, in_channels)


def bottleneck(stride_in):
    return functools.partial(Bottleneck, stride_in=stride_in)
