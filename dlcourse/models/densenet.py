"""DenseNet: every layer sees the maps of all layers before it (Huang et al., 2017)."""

import torch
from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


class DenseLayer(nn.Module):
    """BN, ReLU, conv1×1 to 4·growth maps; BN, ReLU, conv3×3 to `growth` maps, put beside x."""

    def __init__(self, in_channels, growth):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x):
        new = self.conv1(self.norm1(x).relu())
        new = self.conv2(self.norm2(new).relu())
        return torch.cat([x, new], dim=1)  # (N, in_channels + growth, H, W)


class Transition(nn.Module):
    """Between two dense blocks: half as many maps, of half the sides."""

    def __init__(self, in_channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, in_channels // 2, 1, bias=False)
        self.pool = nn.AvgPool2d(2)

    def forward(self, x):
        return self.pool(self.conv(self.norm(x).relu()))


class DenseNet(nn.Module):
    """Four dense blocks of `depths` layers, each of which adds `growth` maps.

    x: (N, in_channels, H, W), at least 32×32. Returns scores: (N, num_classes).
    """

    def __init__(self, depths, growth=32, num_classes=1000, in_channels=3):
        super().__init__()
        self.in_channels, channels = in_channels, 2 * growth
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, channels, 7, stride=2, padding=3, bias=False),  # 112×112
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),  # 56×56
        )
        blocks = []
        for block, depth in enumerate(depths):
            if block:
                blocks.append(Transition(channels))
                channels //= 2
            blocks += [DenseLayer(channels + layer * growth, growth) for layer in range(depth)]
            channels += depth * growth
        self.blocks = nn.Sequential(*blocks)  # (N, 1024, 7, 7) for DenseNet-121
        self.norm = nn.BatchNorm2d(channels)
        self.classifier = nn.Linear(channels, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=32)
        x = self.norm(self.blocks(self.stem(x))).relu()
        return self.classifier(x.mean((2, 3)))


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=7_978_856,
    multiply_adds=2_834_161_664,
    source="Huang, Liu, van der Maaten and Weinberger, 2017",
)
def densenet121(num_classes=1000, in_channels=3):
    """DenseNet-121 for 224×224 images: 7,978,856 parameters, 2.83 billion multiply-adds.

    Huang, Liu, van der Maaten and Weinberger, Densely connected convolutional networks, 2017.
    """
    return DenseNet((6, 12, 24, 16), 32, num_classes, in_channels)
