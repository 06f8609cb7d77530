"""A feature pyramid over a ResNet: backbone, neck, head (Lin et al., 2017).

Deep maps know what is there, shallow ones where it is. The neck carries the first down to the
second.
"""

from torch import nn
from torch.nn import functional as F

from dlcourse.models import resnet
from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register

BACKBONES = {
    18: resnet.resnet18,
    34: resnet.resnet34,
    50: resnet.resnet50,
    101: resnet.resnet101,
    152: resnet.resnet152,
}


class FeaturePyramid(nn.Module):
    """The neck: P_l = conv3×3(M_l) with M_l = conv1×1(C_l) + enlarge(M_{l+1}).

    maps: a list (N, in_channels[l], H / 2^l, W / 2^l), fine to coarse. Returns a list of the same
    sizes, all with `out_channels` maps. Names of parameters are those of torchvision's
    FeaturePyramidNetwork.
    """

    def __init__(self, in_channels, out_channels=256):
        super().__init__()
        self.inner_blocks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels, out_channels, 1)) for channels in in_channels
        )
        self.layer_blocks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(out_channels, out_channels, 3, padding=1)) for _ in in_channels
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight, a=1)
                nn.init.zeros_(module.bias)

    def forward(self, maps):
        merged = self.inner_blocks[-1](maps[-1])
        pyramid = [self.layer_blocks[-1](merged)]
        for level in range(len(maps) - 2, -1, -1):
            lateral = self.inner_blocks[level](maps[level])
            merged = lateral + F.interpolate(merged, size=lateral.shape[-2:], mode="nearest")
            pyramid.insert(0, self.layer_blocks[level](merged))
        return pyramid


class SegmentationHead(nn.Module):
    """Every level is brought to the size of the finest, in steps of two; the sum is classified.

    pyramid: the neck's list. Returns scores at the finest level's size (Kirillov et al., 2019).
    """

    def __init__(self, in_channels, num_classes, levels=4, channels=128):
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(*self._branch(in_channels, channels, level)) for level in range(levels)
        )
        self.scores = nn.Conv2d(channels, num_classes, 1)

    @staticmethod
    def _branch(in_channels, channels, level):
        for step in range(max(level, 1)):
            inputs = channels if step else in_channels
            yield nn.Conv2d(inputs, channels, 3, padding=1, bias=False)
            yield nn.GroupNorm(32, channels)
            yield nn.ReLU(inplace=True)
            if level:
                yield nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)

    def forward(self, pyramid):
        levels = zip(self.branches, pyramid, strict=True)
        return self.scores(sum(branch(level) for branch, level in levels))


class PyramidSegmenter(nn.Module):
    """ResNet → feature pyramid → scores for every pixel.

    x: (N, in_channels, H, W) with sides divisible by 32. Returns scores: (N, num_classes, H, W).
    """

    def __init__(self, backbone, num_classes, pyramid_channels=256):
        super().__init__()
        stages = (backbone.layer1, backbone.layer2, backbone.layer3, backbone.layer4)
        backbone.fc = nn.Identity()  # the classifier's weights would never get a gradient
        self.backbone = backbone
        widths = [stage[-1].out_channels for stage in stages]
        self.neck = FeaturePyramid(widths, pyramid_channels)
        self.head = SegmentationHead(pyramid_channels, num_classes)

    def forward(self, x):
        check_images(x, self.backbone.in_channels, multiple_of=32)
        scores = self.head(self.neck(self.backbone.stages(x)))  # (N, num_classes, H / 4, W / 4)
        return F.interpolate(scores, scale_factor=4.0, mode="bilinear", align_corners=False)


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=28_478_933,
    multiply_adds=8_425_955_328,
    source="Lin, Dollár, Girshick, He, Hariharan and Belongie, 2017",
)
def feature_pyramid(num_classes=21, in_channels=3, depth=50):
    """A feature pyramid with a segmentation head over ResNet-`depth`, 18 to 152.

    Over ResNet-50 at 224×224: 28,478,933 parameters, 8.43 billion multiply-adds. Lin, Dollár,
    Girshick, He, Hariharan and Belongie, Feature pyramid networks for object detection, 2017. The
    head: Kirillov, Girshick, He and Dollár, Panoptic feature pyramid networks, 2019.
    """
    if depth not in BACKBONES:
        raise ValueError(f"depth is one of {', '.join(map(str, BACKBONES))}, got {depth!r}")
    return PyramidSegmenter(BACKBONES[depth](in_channels=in_channels), num_classes)
