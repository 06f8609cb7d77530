"""Attention between all positions of a map, as blocks that are put into a ResNet.

Both blocks add to what they are given, and begin by adding nothing: a network behaves as it did
before the block was put in, and learns from there to look further than a convolution does.
"""

import torch
from torch import nn
from torch.nn import functional as F

from dlcourse.models.registry import register
from dlcourse.models.resnet import Bottleneck, ResNet
from dlcourse.models.resnet_cifar import ResNetCifar


def attend(query, key, value):
    """Σⱼ softmaxⱼ(qᵢ·kⱼ) vⱼ for every position i: maps in, a map out.

    query: (N, D, H, W); key: (N, D, H′, W′); value: (N, C, H′, W′). Returns (N, C, H, W). Without
    the division by √D that the Transformer has.

    >>> x = torch.randn(2, 8, 5, 4)
    >>> attend(x, x[:, :, ::2, ::2], torch.ones(2, 3, 3, 2)).shape
    torch.Size([2, 3, 5, 4])
    """
    rows = [part.flatten(2).transpose(1, 2) for part in (query, key, value)]  # (N, positions, ·)
    out = F.scaled_dot_product_attention(*rows, scale=1.0)
    return out.transpose(1, 2).unflatten(2, query.shape[2:])


class NonLocalBlock(nn.Module):
    """x + BN(W_z y), where y is attention over all positions of x (Wang et al., 2018).

    x: (N, channels, H, W), and so is what it returns. θ, φ and g are 1×1 convolutions to half as
    many maps; softmax(θᵀφ) is the paper's embedded Gaussian. φ and g are pooled to half the size,
    which saves three quarters of the work. The scale of the batch norm begins at zero.

    >>> block = NonLocalBlock(16)
    >>> x = torch.randn(2, 16, 8, 8)
    >>> bool((block(x) == x).all())
    True
    """

    def __init__(self, channels):
        super().__init__()
        inner = channels // 2
        self.theta = nn.Conv2d(channels, inner, 1)
        self.phi = nn.Conv2d(channels, inner, 1)
        self.g = nn.Conv2d(channels, inner, 1)
        self.pool = nn.MaxPool2d(2, ceil_mode=True)
        self.z = nn.Conv2d(inner, channels, 1)
        self.bn = nn.BatchNorm2d(channels)
        nn.init.zeros_(self.bn.weight)

    def forward(self, x):
        y = attend(self.theta(x), self.pool(self.phi(x)), self.pool(self.g(x)))
        return x + self.bn(self.z(y))


class SelfAttention2d(nn.Module):
    """x + γ·o, where o is attention over all positions of x (SAGAN; Zhang et al., 2019).

    x: (N, channels, H, W), and so is what it returns. f, g and h are 1×1 convolutions to an eighth
    of the maps, v leads back; γ begins at zero. The spectral norm of the paper belongs to the
    training of a GAN and is not here.

    >>> block = SelfAttention2d(32)
    >>> sum(p.numel() for p in block.parameters()) == 4 * 32 * 4 + 1
    True
    """

    def __init__(self, channels):
        super().__init__()
        inner = channels // 8
        if inner == 0:
            raise ValueError(
                f"attention over an eighth of the maps needs 8 or more, got {channels}"
            )
        self.f = nn.Conv2d(channels, inner, 1, bias=False)  # keys
        self.g = nn.Conv2d(channels, inner, 1, bias=False)  # queries
        self.h = nn.Conv2d(channels, inner, 1, bias=False)  # values
        self.v = nn.Conv2d(inner, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return x + self.gamma * self.v(attend(self.g(x), self.f(x), self.h(x)))


def add_non_local(model, places):
    """Put a non-local block behind chosen blocks of a ResNet; the same model is returned.

    places: {stage: positions of the blocks in it}, as {"layer2": (1, 3)}. Raises ValueError for a
    position that the stage does not have.

    >>> model = add_non_local(ResNet(Bottleneck, (1, 2, 1, 1)), {"layer2": (1,)})
    >>> type(model.layer2[1][1]).__name__
    'NonLocalBlock'
    """
    for name, positions in places.items():
        layer = getattr(model, name)
        for i in positions:
            if not 0 <= i < len(layer):
                raise ValueError(f"{name} has blocks 0 to {len(layer) - 1}, got position {i}")
            layer[i] = nn.Sequential(layer[i], NonLocalBlock(layer[i].out_channels))
    return model


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=32_915_496,
    multiply_adds=6_331_248_640,
    source="Wang, Girshick, Gupta and He, 2018",
)
def resnet50_non_local(num_classes=1000, in_channels=3):
    """ResNet-50 with 5 non-local blocks: 32,915,496 parameters, 6.33 billion multiply-adds.

    Behind every other block of the second and third stage: 2 on 28×28 positions, 3 on 14×14.
    Wang, Girshick, Gupta and He, Non-local neural networks, 2018.
    """
    model = ResNet(Bottleneck, (3, 4, 6, 3), num_classes, in_channels)
    return add_non_local(model, {"layer2": (1, 3), "layer3": (1, 3, 5)})


@register(
    input_size=(3, 32, 32),
    smallest=(3, 8, 8),
    parameters=270_235,
    multiply_adds=41_206_400,
    source="Zhang, Goodfellow, Metaxas and Odena, 2019",
)
def resnet20_self_attention(num_classes=10, in_channels=3):
    """ResNet-20 for 32×32 images with SAGAN's attention: 270,235 parameters.

    41 million multiply-adds. Behind the second stage, over its 16×16 positions.
    Zhang, Goodfellow, Metaxas and Odena, Self-attention generative adversarial networks, 2019.
    """
    model = ResNetCifar(20, num_classes, in_channels)
    model.layer2.append(SelfAttention2d(32))
    return model
