"""Squeeze and excitation in a ResNet: every map gets a weight from all (Hu et al., 2018)."""

import functools

from torch import nn

from dlcourse.models.registry import register
from dlcourse.models.resnet import Bottleneck, ResNet


class SqueezeExcitation(nn.Module):
    """x · σ(W₂ relu(W₁ mean(x))), a factor between 0 and 1 for each map of each image.

    x: (N, channels, H, W), and so is what it returns. mean is over the positions; W₁ leads to
    `squeezed` values and W₂ back, so that a block costs 2·channels·squeezed weights. activation: in
    the place of ReLU.
    """

    def __init__(self, channels, squeezed, activation=nn.functional.relu):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.activation = activation
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        squeezed = x.mean((2, 3), keepdim=True)  # (N, channels, 1, 1)
        return x * self.fc2(self.activation(self.fc1(squeezed))).sigmoid()


class SEBottleneck(Bottleneck):
    """A bottleneck whose residual is weighed map by map before the shortcut is added."""

    def __init__(self, in_channels, width, stride=1, stride_in="3x3"):
        super().__init__(in_channels, width, stride, stride_in)
        self.se = SqueezeExcitation(self.out_channels, self.out_channels // 16)

    def residual(self, x):
        return self.se(super().residual(x))


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=28_088_024,
    multiply_adds=4_091_699_200,
    source="Hu, Shen and Sun, 2018",
)
def se_resnet50(num_classes=1000, in_channels=3, stride_in="3x3"):
    """SE-ResNet-50 for 224×224 images: 28,088,024 parameters, 4.09 billion multiply-adds.

    With stride_in="1x1", as in the paper, 3.86 billion. Squeeze and excitation is a tenth of the
    parameters and less than a thousandth of the work.
    Hu, Shen and Sun, Squeeze-and-excitation networks, 2018.
    """
    block = functools.partial(SEBottleneck, stride_in=stride_in)
    return ResNet(block, (3, 4, 6, 3), num_classes, in_channels)
