"""The dilated context module: a wide view at full resolution (Yu and Koltun, 2016)."""

import torch
from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register

DILATIONS = (1, 1, 2, 4, 8, 16, 1)  # then a 1×1: each output sees 67×67
LARGE = (2, 2, 4, 8, 16, 32, 32)  # widths of the large module, in multiples of the channels


class DilatedContext(nn.Module):
    """Seven 3×3 convolutions whose holes grow, and a 1×1: from C maps to C maps of the same size.

    x: (N, in_channels, H, W), the scores of a network that comes before. Returns scores:
    (N, num_classes, H, W). Receptive field of the layers: 3, 5, 9, 17, 33, 65, 67, 67. The basic
    module has C maps throughout, 64·C² weights; the large one, up to 32·C.

    It begins as the identity: a context module that is put behind a trained network changes nothing
    until it has learned something.
    """

    def __init__(self, num_classes, in_channels, large):
        super().__init__()
        self.in_channels = in_channels
        widths = [in_channels * factor for factor in LARGE] if large else [in_channels] * 7
        layers, before = [], in_channels
        for width, dilation in zip(widths, DILATIONS, strict=True):
            layers += [nn.Conv2d(before, width, 3, padding=dilation, dilation=dilation), nn.ReLU()]
            before = width
        self.layers = nn.Sequential(*layers, nn.Conv2d(before, num_classes, 1))
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                begin_as_identity(layer, min(in_channels, num_classes))

    def forward(self, x):
        check_images(x, self.in_channels)
        return self.layers(x)


@torch.no_grad()
def begin_as_identity(conv, groups):
    """Let a convolution hand its input on: output a is the mean of the inputs that it stands for.

    Maps are dealt to `groups` groups in order; weight[a, b] at the centre is groups / in_channels
    where a and b are in the same group, plus, where there are more maps out than in, a little
    noise that lets copies of one map part.
    """
    out_channels, in_channels = conv.weight.shape[:2]
    a = torch.arange(out_channels, device=conv.weight.device) * groups // out_channels
    b = torch.arange(in_channels, device=conv.weight.device) * groups // in_channels
    conv.weight.zero_()
    if out_channels > groups:
        conv.weight.normal_(std=1e-3 * groups / in_channels)
    centre = conv.kernel_size[0] // 2
    conv.weight[:, :, centre, centre] += (a[:, None] == b).float() * groups / in_channels
    conv.bias.zero_()


@register(
    input_size=(21, 64, 64),
    smallest=(21, 8, 8),
    parameters=28_392,
    multiply_adds=64 * 64 * 64 * 21 * 21,
    source="Yu and Koltun, 2016",
)
def dilated_context(num_classes=21, in_channels=21, large=False):
    """The context module on 21 maps of 64×64: 28,392 parameters, 116 million multiply-adds.

    Yu and Koltun, Multi-scale context aggregation by dilated convolutions, 2016.
    """
    return DilatedContext(num_classes, in_channels, large)
