"""Xception: Inception taken to its end, every convolution depthwise separable (2017)."""

from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


class SeparableConv(nn.Sequential):
    """A 3×3 convolution for each map by itself, then a 1×1 convolution across maps.

    (N, in_channels, H, W) → (N, channels, H, W) with 9·in_channels + in_channels·channels weights,
    where a full convolution has 9·in_channels·channels. No ReLU in between: with one, the paper
    found, it learns more slowly and to a lower accuracy.
    """

    def __init__(self, in_channels, channels):
        super().__init__(
            nn.Conv2d(in_channels, in_channels, 3, padding=1, groups=in_channels, bias=False),
            nn.Conv2d(in_channels, channels, 1, bias=False),
        )


class Block(nn.Module):
    """y = shortcut(x) + f(x), where f is a chain of ReLU, separable convolution, batch norm.

    (N, in_channels, H, W) → (N, widths[-1], H / stride, W / stride), sides rounded up. The
    shortcut is x itself where the shape stays, else a 1×1 convolution with batch norm. (The paper
    draws the first block without its first ReLU; x comes from one, so that it changes nothing.)
    """

    def __init__(self, in_channels, *widths, stride=1):
        super().__init__()
        if stride != 1 or in_channels != widths[-1]:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, widths[-1], 1, stride, bias=False),
                nn.BatchNorm2d(widths[-1]),
            )
        else:
            self.shortcut = nn.Identity()
        layers, channels = [], in_channels
        for width in widths:
            layers += [nn.ReLU(), SeparableConv(channels, width), nn.BatchNorm2d(width)]
            channels = width
        if stride != 1:
            layers.append(nn.MaxPool2d(3, stride, padding=1))
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.shortcut(x) + self.layers(x)


class Xception(nn.Module):
    """Entry flow, middle flow of eight equal blocks, exit flow, pooling and one linear layer.

    x: (N, in_channels, H, W), as a rule 299×299, at least 7×7. Returns scores: (N, num_classes).
    """

    def __init__(self, num_classes=1000, in_channels=3):
        super().__init__()
        self.in_channels = in_channels
        self.entry = nn.Sequential(
            nn.Conv2d(in_channels, 32, 3, stride=2, bias=False),  # (N, 32, 149, 149)
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, bias=False),  # (N, 64, 147, 147)
            nn.BatchNorm2d(64),
            nn.ReLU(),
            Block(64, 128, 128, stride=2),  # (N, 128, 74, 74)
            Block(128, 256, 256, stride=2),  # (N, 256, 37, 37)
            Block(256, 728, 728, stride=2),  # (N, 728, 19, 19)
        )
        self.middle = nn.Sequential(*(Block(728, 728, 728, 728) for _ in range(8)))
        self.exit = nn.Sequential(
            Block(728, 728, 1024, stride=2),  # (N, 1024, 10, 10)
            SeparableConv(1024, 1536),
            nn.BatchNorm2d(1536),
            nn.ReLU(),
            SeparableConv(1536, 2048),
            nn.BatchNorm2d(2048),
            nn.ReLU(),
        )
        self.dropout = nn.Dropout(0.5)
        self.classifier = nn.Linear(2048, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        check_images(x, self.in_channels, at_least=7)
        features = self.exit(self.middle(self.entry(x))).mean((2, 3))  # (N, 2048)
        return self.classifier(self.dropout(features))


@register(
    input_size=(3, 299, 299),
    smallest=(3, 7, 7),
    parameters=22_855_952,
    multiply_adds=8_357_403_496,
    source="Chollet, 2017",
)
def xception(num_classes=1000, in_channels=3):
    """Xception: 22,855,952 parameters, 8.36 billion multiply-adds at 299×299.

    Chollet, Xception: deep learning with depthwise separable convolutions, 2017; with the size of
    Inception-v3 and a higher accuracy. Dropout of 0.5 before the linear layer, as for ImageNet in
    the paper. timm has the same network as legacy_xception.
    """
    return Xception(num_classes, in_channels)
