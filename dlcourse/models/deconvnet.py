"""Segmentation by unpooling: what was largest goes back to where it was (Noh et al., 2015)."""

from torch import nn

from dlcourse.models import vgg
from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


class DeconvNet(nn.Module):
    """VGG-16 with batch norm down to a 32nd of the size, and its mirror image back up.

    Each pooling remembers where its maxima stood; the unpooling across from it puts values there
    and zeros elsewhere, and transposed convolutions fill the gaps. Edges come out where they were
    in the image, which no enlargement of coarse scores can do.

    x: (N, in_channels, H, W) with sides divisible by 32. Returns scores: (N, num_classes, H, W).
    width: maps of the first stage, 64 in VGG. fc_channels: 4096 puts the two linear layers of VGG
    between the halves, as the paper does, for 224×224 alone; None leaves them out.
    """

    def __init__(self, num_classes, in_channels, width, fc_channels):
        super().__init__()
        self.in_channels, self.fixed_size = in_channels, fc_channels is not None
        widths = [width * w // vgg.WIDTHS[0] for w in vgg.WIDTHS]
        depths = vgg.DEPTHS[16]
        before = [in_channels, *widths[:-1]]
        self.encoder = nn.ModuleList(
            nn.Sequential(*vgg.stage(inputs, maps, depth, batch_norm=True)[:-1])
            for inputs, maps, depth in zip(before, widths, depths, strict=True)
        )
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.bottleneck = _linear_layers(widths[-1], fc_channels)
        self.unpool = nn.MaxUnpool2d(2)
        after = [widths[0], *widths[:-1]]
        self.decoder = nn.ModuleList(
            nn.Sequential(*_mirrored_stage(maps, outputs, depth))
            for maps, outputs, depth in reversed([*zip(widths, after, depths, strict=True)])
        )
        self.scores = nn.Conv2d(widths[0], num_classes, 1)
        vgg.initialize(self)

    def forward(self, x):
        check_images(x, self.in_channels, multiple_of=32, exactly=224 if self.fixed_size else None)
        remembered = []
        for stage in self.encoder:
            x, places = self.pool(stage(x))
            remembered.append(places)
        x = self.bottleneck(x)
        for stage in self.decoder:
            x = stage(self.unpool(x, remembered.pop()))
        return self.scores(x)


def _mirrored_stage(maps, outputs, depth):
    """`depth` transposed 3×3 convolutions; the last one goes to the width of the stage below."""
    for layer in range(depth):
        width = outputs if layer == depth - 1 else maps
        yield nn.ConvTranspose2d(maps, width, 3, padding=1)
        yield nn.BatchNorm2d(width)
        yield nn.ReLU()


def _linear_layers(channels, fc_channels):
    if fc_channels is None:
        return nn.Identity()
    layers = (
        (nn.Conv2d(channels, fc_channels, 7), fc_channels),  # 7×7 → 1×1
        (nn.Conv2d(fc_channels, fc_channels, 1), fc_channels),
        (nn.ConvTranspose2d(fc_channels, channels, 7), channels),  # 1×1 → 7×7
    )
    return nn.Sequential(
        *(part for layer, width in layers for part in (layer, nn.BatchNorm2d(width), nn.ReLU()))
    )


@register(
    input_size=(3, 224, 224),
    smallest=(3, 32, 32),
    parameters=29_481_429,
    multiply_adds=32_523_681_792,
    source="Noh, Hong and Han, 2015",
)
def deconvnet(num_classes=21, in_channels=3, width=64, fc_channels=None):
    """A DeconvNet without linear layers: 29,481,429 parameters, 32.5 billion multiply-adds.

    At 224×224. With fc_channels=4096, as in the paper, 252 million parameters; without them it is
    the size of SegNet (Badrinarayanan, Kendall and Cipolla, 2017). Noh, Hong and Han, Learning
    deconvolution network for semantic segmentation, 2015.
    """
    return DeconvNet(num_classes, in_channels, width, fc_channels)
