"""ZFNet: AlexNet with a first layer that looks more closely (2013)."""

from torch import nn

from dlcourse.models.alexnet import classifier, response_norm
from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


class ZFNet(nn.Module):
    """7×7 in steps of 2 where AlexNet has 11×11 in steps of 4, and one tower.

    Pictures of what AlexNet's maps respond to showed few middle frequencies in its first layer and
    aliasing in its second; smaller kernels and steps cured both. x: (N, in_channels, 224, 224).
    Returns scores: (N, num_classes).
    """

    def __init__(self, num_classes=1000, in_channels=3):
        super().__init__()
        self.in_channels = in_channels
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 96, 7, stride=2, padding=1),  # (N, 96, 110, 110)
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),  # (N, 96, 55, 55)
            response_norm(),
            nn.Conv2d(96, 256, 5, stride=2),  # (N, 256, 26, 26)
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),  # (N, 256, 13, 13)
            response_norm(),
            nn.Conv2d(256, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),  # (N, 256, 13, 13)
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),  # (N, 256, 6, 6)
        )
        self.classifier = classifier(256 * 6 * 6, num_classes)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.normal_(layer.weight, std=0.01)
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        check_images(x, self.in_channels, exactly=224)
        return self.classifier(self.features(x).flatten(1))


@register(
    input_size=(3, 224, 224),
    parameters=62_357_608,
    multiply_adds=1_168_032_896,
    source="Zeiler and Fergus, 2013",
)
def zfnet(num_classes=1000, in_channels=3):
    """ZFNet: 62,357,608 parameters, 1.17 billion multiply-adds at 224×224.

    Zeiler and Fergus, Visualizing and understanding convolutional networks, 2013, figure 3. The
    contrast normalization after its first two poolings is AlexNet's response normalization. Weights
    start from N(0, 0.01²), biases from 0: the paper says 10⁻², and weights that were all equal
    would stay so.
    """
    return ZFNet(num_classes, in_channels)
