"""LeNet-5: two convolutions, two poolings, three linear layers (LeCun et al., 1998)."""

from torch import nn

from dlcourse.models.input_check import check_images
from dlcourse.models.registry import register


class LeNet5(nn.Module):
    """6 maps of 28×28, pooled to 14×14; 16 maps of 10×10, pooled to 5×5; then 120, 84, classes.

    x: (N, in_channels, 28, 28), padded to the 32×32 of the paper. Returns scores: (N, num_classes).
    Where the paper has scaled tanh, trained subsampling and radial basis functions, this has what
    became usual: ReLU, max-pooling and a linear layer. Every map of the second convolution sees
    all 6 maps below it; in the paper it sees a chosen few.
    """

    def __init__(self, num_classes=10, in_channels=1):
        super().__init__()
        self.in_channels = in_channels
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 6, 5, padding=2),  # (N, 6, 28, 28)
            nn.ReLU(),
            nn.MaxPool2d(2),  # (N, 6, 14, 14)
            nn.Conv2d(6, 16, 5),  # (N, 16, 10, 10)
            nn.ReLU(),
            nn.MaxPool2d(2),  # (N, 16, 5, 5)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(16 * 5 * 5, 120),
            nn.ReLU(),
            nn.Linear(120, 84),
            nn.ReLU(),
            nn.Linear(84, num_classes),
        )

    def forward(self, x):
        check_images(x, self.in_channels, exactly=28)
        return self.classifier(self.features(x))


@register(
    input_size=(1, 28, 28),
    parameters=61_706,
    multiply_adds=416_520,
    source="LeCun, Bottou, Bengio and Haffner, 1998",
)
def lenet5(num_classes=10, in_channels=1):
    """LeNet-5 for 28×28 images: 61,706 parameters, 0.42 million multiply-adds.

    LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition,
    1998.
    """
    return LeNet5(num_classes, in_channels)
