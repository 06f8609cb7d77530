"""Fully convolutional networks: a classifier that answers at every place (Long et al., 2015)."""

import torch
from torch import nn

from dlcourse.models import vgg
from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


class FCN(nn.Module):
    """VGG-16 with its linear layers as convolutions, and its coarse scores enlarged to the image.

    stride: of the finest map that is scored. 32: the last map alone, enlarged 32 times. 16: twice
    enlarged, plus scores of the fourth stage, then 16 times. 8: the third stage's too.
    width: maps of the first stage, 64 in VGG; fc_channels: of the two convolutions that were linear
    layers. x: (N, in_channels, H, W) with sides divisible by 32. Returns scores:
    (N, num_classes, H, W).

    The paper pads the image by 100 and crops the scores, to take any size; here the 7×7 convolution
    is padded by 3 instead, and maps and image stay aligned. The enlargements begin as bilinear
    interpolation, each class by itself; scores of the earlier stages begin at zero.
    """

    def __init__(self, num_classes, in_channels, stride, width, fc_channels):
        super().__init__()
        if stride not in (8, 16, 32):
            raise ValueError(f"the stride of an FCN is 8, 16 or 32, got {stride!r}")
        self.in_channels, channels = in_channels, in_channels
        stages, widths = [], [width * w // vgg.WIDTHS[0] for w in vgg.WIDTHS]
        for maps, depth in zip(widths, vgg.DEPTHS[16], strict=True):
            stages.append(nn.Sequential(*vgg.stage(channels, maps, depth, batch_norm=False)))
            channels = maps
        self.to_stride_8 = nn.Sequential(*stages[:3])
        self.to_stride_16, self.to_stride_32 = stages[3:]
        self.classifier = nn.Sequential(
            nn.Conv2d(channels, fc_channels, 7, padding=3),
            nn.ReLU(),
            nn.Dropout2d(0.5),
            nn.Conv2d(fc_channels, fc_channels, 1),
            nn.ReLU(),
            nn.Dropout2d(0.5),
            nn.Conv2d(fc_channels, num_classes, 1),
        )
        vgg.initialize(self)
        # Fine to coarse is the order of the stages, coarse to fine that of the sums.
        skips = {32: [], 16: widths[3:4], 8: [widths[3], widths[2]]}[stride]
        self.skip_scores = nn.ModuleList(nn.Conv2d(maps, num_classes, 1) for maps in skips)
        for score in self.skip_scores:
            nn.init.zeros_(score.weight)
            nn.init.zeros_(score.bias)
        self.enlarge = nn.ModuleList(bilinear_upsampling(num_classes, 2) for _ in skips)
        self.to_image = bilinear_upsampling(num_classes, stride)

    def forward(self, x):
        check_images(x, self.in_channels, multiple_of=32)
        pool3 = self.to_stride_8(x)  # (N, 256, H / 8, W / 8)
        pool4 = self.to_stride_16(pool3)  # (N, 512, H / 16, W / 16)
        scores = self.classifier(self.to_stride_32(pool4))  # (N, num_classes, H / 32, W / 32)
        for enlarge, score, maps in zip(
            self.enlarge, self.skip_scores, (pool4, pool3), strict=False
        ):
            scores = enlarge(scores) + score(maps)
        return self.to_image(scores)


def bilinear_upsampling(channels, stride):
    """A transposed convolution that begins as bilinear interpolation to `stride` times the size.

    Kernel 2·stride, padding stride / 2: every output place is fed by the same number of inputs, so
    no checkerboard comes of it. Each channel has a kernel of its own.

    >>> bilinear_upsampling(1, 2).weight[0, 0, 0].tolist()
    [0.0625, 0.1875, 0.1875, 0.0625]
    """
    layer = nn.ConvTranspose2d(
        channels, channels, 2 * stride, stride, padding=stride // 2, groups=channels, bias=False
    )
    places = torch.arange(2 * stride) + 0.5
    tent = 1 - (places / stride - 1).abs()
    with torch.no_grad():
        layer.weight.copy_(tent[:, None] * tent)
    return layer


def fcn_entry(parameters, multiply_adds):
    return register(
        input_size=(3, 224, 224),
        smallest=(3, 32, 32),
        parameters=parameters,
        multiply_adds=multiply_adds,
        source="Long, Shelhamer and Darrell, 2015",
    )


@fcn_entry(134_432_597, 21_212_405_760)
def fcn32s(num_classes=21, in_channels=3, width=64, fc_channels=4096):
    """FCN-32s on VGG-16: 134,432,597 parameters, 21.2 billion multiply-adds at 224×224.

    Long, Shelhamer and Darrell, Fully convolutional networks for semantic segmentation, 2015.
    """
    return FCN(num_classes, in_channels, 32, width, fc_channels)


@fcn_entry(134_379_194, 21_214_529_616)
def fcn16s(num_classes=21, in_channels=3, width=64, fc_channels=4096):
    """FCN-16s on VGG-16: 134,379,194 parameters, 21.2 billion multiply-adds at 224×224.

    Long, Shelhamer and Darrell, Fully convolutional networks for semantic segmentation, 2015.
    """
    return FCN(num_classes, in_channels, 16, width, fc_channels)


@fcn_entry(134_368_799, 21_218_810_256)
def fcn8s(num_classes=21, in_channels=3, width=64, fc_channels=4096):
    """FCN-8s on VGG-16: 134,368,799 parameters, 21.2 billion multiply-adds at 224×224.

    Long, Shelhamer and Darrell, Fully convolutional networks for semantic segmentation, 2015.
    """
    return FCN(num_classes, in_channels, 8, width, fc_channels)
