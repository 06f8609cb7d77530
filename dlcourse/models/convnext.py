"""ConvNeXt: a ResNet with every habit of a transformer but attention (Liu et al., 2022)."""

import torch
from torch import nn
from torch.nn import functional as F

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register
from dlcourse.models.stochastic_depth import StochasticDepth, rates


class LayerNorm2d(nn.LayerNorm):
    """Layer norm over the maps at each position. x: (N, C, H, W)."""

    def forward(self, x):
        x = F.layer_norm(
            x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps
        )
        return x.permute(0, 3, 1, 2)


class Block(nn.Module):
    """Depthwise 7×7, layer norm, 1×1 to four times the maps, GELU, 1×1 back, a scale, shortcut.

    scale: a learned factor for each map that begins at 10⁻⁶: a fresh block hands on what it got.
    The 1×1 convolutions are linear layers on (N, H, W, C), where layer norm wants the maps too.
    """

    def __init__(self, channels, drop):
        super().__init__()
        self.scale = nn.Parameter(torch.full((channels, 1, 1), 1e-6))
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.expand = nn.Linear(channels, 4 * channels)
        self.project = nn.Linear(4 * channels, channels)
        self.drop = StochasticDepth(drop)

    def forward(self, x):
        y = self.depthwise(x).permute(0, 2, 3, 1)  # (N, H, W, C)
        y = self.project(F.gelu(self.expand(self.norm(y))))
        return x + self.drop(self.scale * y.permute(0, 3, 1, 2))


class ConvNeXt(nn.Module):
    """A stem of 4×4 patches, four stages of `depths` blocks with `widths` maps, scores.

    x: (N, in_channels, H, W), at least 32×32. Returns scores: (N, num_classes).
    """

    def __init__(self, depths, widths, drop, num_classes=1000, in_channels=3):
        super().__init__()
        self.in_channels = in_channels
        layers = [nn.Conv2d(in_channels, widths[0], 4, stride=4), LayerNorm2d(widths[0], eps=1e-6)]
        # The last block alone is dropped at the full rate.
        total = sum(depths)
        drops = iter(rates(drop * total / (total - 1), total))
        for stage, (depth, width) in enumerate(zip(depths, widths, strict=True)):
            if stage:
                layers.append(LayerNorm2d(widths[stage - 1], eps=1e-6))
                layers.append(nn.Conv2d(widths[stage - 1], width, 2, stride=2))
            layers += [Block(width, next(drops)) for _ in range(depth)]
        self.features = nn.Sequential(*layers)  # (N, widths[-1], H / 32, W / 32)
        self.norm = nn.LayerNorm(widths[-1], eps=1e-6)
        self.classifier = nn.Linear(widths[-1], num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=32)
        return self.classifier(self.norm(self.features(x).mean((2, 3))))


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=28_589_128,
    multiply_adds=4_455_531_264,
    source="Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, 2022",
)
def convnext_tiny(num_classes=1000, in_channels=3):
    """ConvNeXt-T for 224×224 images: 28,589,128 parameters, 4.46 billion multiply-adds.

    Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, A ConvNet for the 2020s, 2022.
    """
    return ConvNeXt((3, 3, 9, 3), (96, 192, 384, 768), 0.1, num_classes, in_channels)
