"""NFNet: a deep residual network without normalization (Brock et al., 2021).

What batch norm did is done by arithmetic: weights are standardized, activations are rescaled to
unit variance, and the growth of the variance along the shortcuts is known and divided out.
"""

import torch
from torch import nn
from torch.nn import functional as F

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register
from dlcourse.models.se_resnet import SqueezeExcitation
from dlcourse.models.stochastic_depth import StochasticDepth, rates

# 1 / standard deviation of gelu(z) for z ~ N(0, 1): gelu times this has unit variance.
GELU_GAIN = 1.7015043497085571
ALPHA = 0.2  # how much of each residual is added; its variance is ALPHA²


def gelu(x):
    return F.gelu(x) * GELU_GAIN


class ScaledConv2d(nn.Conv2d):
    """A convolution whose kernels have mean 0 and variance 1 / fan-in, times a learned gain.

        Ŵ = gain · (W − mean W) / (std W · √fan_in), for each output map

    Unit variance in, unit variance out, whatever the weights. The sides are padded as TensorFlow
    does: at stride 2, with even sides, one row below and one column to the right.
    """

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, groups=1):
        padding = 0 if stride > 1 else kernel_size // 2
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, groups=groups)
        self.gain = nn.Parameter(torch.ones(out_channels, 1, 1, 1))
        nn.init.kaiming_normal_(self.weight, nonlinearity="linear")
        nn.init.zeros_(self.bias)

    def standardized(self, eps=1e-5):
        fan_in = self.weight[0].numel()
        variance, mean = torch.var_mean(self.weight, dim=(1, 2, 3), correction=0, keepdim=True)
        return self.gain * (self.weight - mean) * torch.rsqrt(variance + eps) * fan_in**-0.5

    def forward(self, x):
        if self.stride[0] > 1:
            x = F.pad(x, (0, 1, 0, 1))
        return F.conv2d(
            x, self.standardized(), self.bias, self.stride, self.padding, groups=self.groups
        )


class NFBlock(nn.Module):
    """x + ALPHA · skip_gain · 2 · SE(conv1×1(conv3×3(conv3×3(conv1×1(gelu(x) / std))))).

    std: the standard deviation of what comes in, known from the blocks before. skip_gain begins at
    0. A block that changes the size or the maps begins anew: its shortcut is computed from the
    rescaled input.
    """

    def __init__(self, in_channels, out_channels, stride, std, drop, group_width=128):
        super().__init__()
        width = out_channels // 2
        groups = width // group_width
        self.std = std
        self.skip_gain = nn.Parameter(torch.zeros(()))
        self.downsample = None
        if stride > 1 or in_channels != out_channels:
            pool = nn.AvgPool2d(2) if stride > 1 else nn.Identity()
            self.downsample = nn.Sequential(pool, ScaledConv2d(in_channels, out_channels, 1))
        self.conv1 = ScaledConv2d(in_channels, width, 1)
        self.conv2 = ScaledConv2d(width, width, 3, stride, groups)
        self.conv3 = ScaledConv2d(width, width, 3, groups=groups)
        self.conv4 = ScaledConv2d(width, out_channels, 1)
        self.se = SqueezeExcitation(out_channels, out_channels // 2)
        self.drop = StochasticDepth(drop)

    def forward(self, x):
        y = gelu(x) / self.std
        shortcut = x if self.downsample is None else self.downsample(y)
        y = self.conv2(gelu(self.conv1(y)))
        y = self.conv4(gelu(self.conv3(gelu(y))))
        # A sigmoid is one half on the average.
        return shortcut + ALPHA * self.skip_gain * self.drop(2 * self.se(y))


class NFNet(nn.Module):
    """A stem of four 3×3 convolutions, four stages of `depths` blocks, a 1×1, scores.

    x: (N, in_channels, H, W) with sides divisible by 32. Returns scores: (N, num_classes).
    """

    def __init__(self, depths, num_classes=1000, in_channels=3, dropout=0.2, drop=0.25):
        super().__init__()
        self.in_channels = in_channels
        self.stem = nn.ModuleList(
            ScaledConv2d(inputs, maps, 3, stride)
            for inputs, maps, stride in (
                (in_channels, 16, 2),
                (16, 32, 1),
                (32, 64, 1),
                (64, 128, 2),
            )
        )
        blocks, channels, variance = [], 128, 1.0
        drops = iter(rates(drop, sum(depths)))
        for stage, (maps, depth) in enumerate(zip((256, 512, 1536, 1536), depths, strict=True)):
            for block in range(depth):
                stride = 2 if stage and block == 0 else 1
                blocks.append(NFBlock(channels, maps, stride, variance**0.5, next(drops)))
                variance = (1.0 if block == 0 else variance) + ALPHA**2
                channels = maps
        self.blocks = nn.Sequential(*blocks)
        self.final = ScaledConv2d(channels, 2 * channels, 1)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(2 * channels, num_classes)
        nn.init.normal_(self.classifier.weight, std=0.01)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x):
        check_images(x, self.in_channels, multiple_of=32)
        x = self.stem[0](x)
        for conv in self.stem[1:]:
            x = conv(gelu(x))
        x = gelu(self.final(self.blocks(x)))  # (N, 3072, H / 32, W / 32)
        return self.classifier(self.dropout(x.mean((2, 3))))


@register(
    input_size=(3, 192, 192),
    smallest=(3, 32, 32),
    parameters=71_489_284,
    multiply_adds=6_977_003_520,
    source="Brock, De, Smith and Simonyan, 2021",
)
def nfnet_f0(num_classes=1000, in_channels=3):
    """NFNet-F0 for 192×192 images: 71,489,284 parameters, 6.98 billion multiply-adds.

    To be trained with adaptive gradient clipping: without normalization, that is what permits large
    batches. Brock, De, Smith and Simonyan, High-performance large-scale image recognition without
    normalization, 2021.
    """
    return NFNet((1, 2, 6, 3), num_classes, in_channels)
