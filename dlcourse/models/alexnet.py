"""AlexNet: five convolutions and three linear layers, in one tower and in two (2012)."""

from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


def classifier(features, num_classes):
    """features → 4096 → 4096 → classes, half of the inputs of the first two dropped in training.

    Nine tenths of AlexNet's weights are here.
    """
    return nn.Sequential(
        nn.Dropout(0.5),
        nn.Linear(features, 4096),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Linear(4096, num_classes),
    )


class AlexNet(nn.Module):
    """One tower: narrower than the first, without normalization, for images of 63×63 and more.

    x: (N, in_channels, H, W), as a rule 224×224. Returns scores: (N, num_classes).
    """

    def __init__(self, num_classes=1000, in_channels=3):
        super().__init__()
        self.in_channels = in_channels
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 64, 11, stride=4, padding=2),  # (N, 64, 55, 55)
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),  # (N, 64, 27, 27)
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),  # (N, 192, 13, 13)
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),  # (N, 256, 6, 6)
            nn.AdaptiveAvgPool2d(6),
        )
        self.classifier = classifier(256 * 6 * 6, num_classes)

    def forward(self, x):
        check_images(x, self.in_channels, at_least=63)
        return self.classifier(self.features(x).flatten(1))


class TwoTowers(nn.Module):
    """The network of 2012: two graphics cards held half of the maps each.

    The convolutions 2, 4 and 5 see the maps of their own card alone: a convolution in two groups.
    The third, and the linear layers, see all. x: (N, in_channels, 227, 227): with the 224 that the
    paper states, the first layer's maps would have sides of 54.25. Returns scores:
    (N, num_classes).
    """

    def __init__(self, num_classes=1000, in_channels=3):
        super().__init__()
        self.in_channels = in_channels
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 96, 11, stride=4),  # (N, 96, 55, 55)
            nn.ReLU(),
            response_norm(),
            nn.MaxPool2d(3, stride=2),  # (N, 96, 27, 27)
            nn.Conv2d(96, 256, 5, padding=2, groups=2),  # (N, 256, 27, 27)
            nn.ReLU(),
            response_norm(),
            nn.MaxPool2d(3, stride=2),  # (N, 256, 13, 13)
            nn.Conv2d(256, 384, 3, padding=1),  # (N, 384, 13, 13)
            nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1, groups=2),  # (N, 384, 13, 13)
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1, groups=2),  # (N, 256, 13, 13)
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),  # (N, 256, 6, 6)
        )
        self.classifier = classifier(256 * 6 * 6, num_classes)
        initialize(self)

    def forward(self, x):
        check_images(x, self.in_channels, exactly=227)
        return self.classifier(self.features(x).flatten(1))


def response_norm():
    """y = x / (2 + 10⁻⁴ Σ x²)^0.75, the sum over 5 neighbouring maps at the same place.

    Local response normalization (Krizhevsky et al., 2012, section 3.3).
    """
    # PyTorch takes the mean of the 5 squares where the paper takes their sum.
    return nn.LocalResponseNorm(5, alpha=5 * 1e-4, beta=0.75, k=2.0)


def initialize(model):
    """Weights from N(0, 0.01²); biases 1 where the paper wants ReLUs fed from the start, else 0."""
    layers = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    for number, layer in enumerate(layers, start=1):
        nn.init.normal_(layer.weight, std=0.01)
        nn.init.constant_(layer.bias, 1.0 if number in (2, 4, 5, 6, 7) else 0.0)


@register(
    input_size=(3, 224, 224),
    smallest=(3, 63, 63),
    parameters=61_100_840,
    multiply_adds=714_188_480,
    source="Krizhevsky, 2014",
)
def alexnet(num_classes=1000, in_channels=3):
    """AlexNet in one tower: 61,100,840 parameters, 0.71 billion multiply-adds at 224×224.

    Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014. This is
    torchvision's network: 64 and 192 maps where the first network had 96 and 256, and no response
    normalization. It is not the network that won in 2012: that is `alexnet_two_towers`.
    """
    return AlexNet(num_classes, in_channels)


@register(
    input_size=(3, 227, 227),
    parameters=60_965_224,
    multiply_adds=724_406_816,
    source="Krizhevsky, Sutskever and Hinton, 2012",
)
def alexnet_two_towers(num_classes=1000, in_channels=3):
    """AlexNet as it won in 2012: 60,965,224 parameters, 0.72 billion multiply-adds at 227×227.

    Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural
    networks, 2012. 60,954,656 of the parameters are weights and the rest biases; its layers hold
    659,272 neurons.
    """
    return TwoTowers(num_classes, in_channels)
