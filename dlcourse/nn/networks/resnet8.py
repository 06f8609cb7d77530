"""ResNet-8: the smallest of the residual networks for small images."""

import numpy as np

from dlcourse.nn import init
from dlcourse.nn.activations import ReLU
from dlcourse.nn.batch_norm import BatchNorm2d
from dlcourse.nn.conv import Conv2d
from dlcourse.nn.flatten import Flatten
from dlcourse.nn.linear import Linear
from dlcourse.nn.pool import AdaptiveAvgPool2d
from dlcourse.nn.residual import Residual
from dlcourse.nn.sequential import Sequential
from dlcourse.random import default_rng


class ResNet8(Sequential):
    """A convolution, three residual blocks of two, a linear layer: 8 layers (He et al., 2016).

    x: (N, in_channels, H, W), any size; y: scores (N, num_classes). It is the network of 6n + 2
    layers for CIFAR-10 with n = 1: blocks of 16, 32 and 64 channels, of which the second and third
    halve the image, then the mean over all places. Where a block changes the shape, the shortcut is
    a 1×1 convolution. No convolution has a bias: the batch norm after it would take it away again.
    Weights start normal with variance 2 / fan-in (He et al., 2015). rng: a generator or seed in
    place of the course's own.

    >>> net = ResNet8(in_channels=3, rng=0)
    >>> net(np.zeros((2, 3, 32, 32), dtype=np.float32)).shape
    (2, 10)
    >>> sum(parameter.size for parameter in net.parameters())
    78042
    """

    def __init__(self, num_classes=10, in_channels=3, *, dtype=np.float32, rng=None):
        made = {"dtype": dtype, "rng": default_rng(rng)}
        super().__init__(
            {
                "stem": Sequential(*conv_and_norm(in_channels, 16, 3, **made), ReLU()),
                "stage1": residual_block(16, 16, **made),
                "stage2": residual_block(16, 32, stride=2, **made),
                "stage3": residual_block(32, 64, stride=2, **made),
                "pool": AdaptiveAvgPool2d(1),
                "flatten": Flatten(),
                "output": Linear(64, num_classes, **made),
            }
        )


def residual_block(in_channels, out_channels, stride=1, **made):
    """y = ReLU(x + two convolutions of x), each with its batch norm.

    x: (N, in_channels, H, W), y: (N, out_channels, ⌈H / stride⌉, ⌈W / stride⌉). made: the dtype
    and rng of the layers.
    """
    body = Sequential(
        *conv_and_norm(in_channels, out_channels, 3, stride, **made),
        ReLU(),
        *conv_and_norm(out_channels, out_channels, 3, **made),
    )
    shortcut = None
    if stride != 1 or in_channels != out_channels:
        shortcut = Sequential(*conv_and_norm(in_channels, out_channels, 1, stride, **made))
    return Sequential(Residual(body, shortcut), ReLU())


def conv_and_norm(in_channels, out_channels, kernel_size, stride=1, *, dtype, rng):
    """A convolution that keeps the size (at stride 1) and its batch norm."""
    conv = Conv2d(
        in_channels,
        out_channels,
        kernel_size,
        stride,
        padding=kernel_size // 2,
        bias=False,
        dtype=dtype,
        rng=rng,
    )
    init.kaiming_normal_(conv.weight, nonlinearity="relu", rng=rng)
    return conv, BatchNorm2d(out_channels, dtype=dtype)
