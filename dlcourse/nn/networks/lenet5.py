"""LeNet-5: the convolutional network that read the digits on bank cheques."""

import numpy as np

from dlcourse.nn.activations import Tanh
from dlcourse.nn.conv import Conv2d
from dlcourse.nn.flatten import Flatten
from dlcourse.nn.linear import Linear
from dlcourse.nn.pool import AvgPool2d
from dlcourse.nn.sequential import Sequential
from dlcourse.random import default_rng


class LeNet5(Sequential):
    """Two convolutions with poolings, then three fully connected layers (LeCun et al., 1998).

    x: (N, in_channels, 32, 32), or (N, in_channels, 28, 28) with padding=2, as for MNIST; y: scores
    (N, num_classes). The layers have the names of the paper; their outputs are

        C1 6@28×28 → S2 6@14×14 → C3 16@10×10 → S4 16@5×5 → C5 120 → F6 84 → output

    activation: the class of the nonlinearity, pool: that of the subsampling. As they stand they are
    those of 1998; a LeNet of today takes ReLU and MaxPool2d. Three simplifications are usual: S2
    and S4 learn nothing, each map of C3 sees all of S2's, and the output is a linear layer in place
    of distances to drawn digits. rng: a generator or seed in place of the course's own.

    >>> from dlcourse import nn
    >>> net = LeNet5(activation=nn.ReLU, pool=nn.MaxPool2d, padding=2, rng=0)
    >>> net(np.zeros((3, 1, 28, 28), dtype=np.float32)).shape
    (3, 10)
    >>> sum(parameter.size for parameter in net.parameters())
    61706
    """

    def __init__(
        self,
        num_classes=10,
        in_channels=1,
        *,
        activation=Tanh,
        pool=AvgPool2d,
        padding=0,
        dtype=np.float32,
        rng=None,
    ):
        made = {"dtype": dtype, "rng": default_rng(rng)}
        super().__init__(
            {
                "C1": Conv2d(in_channels, 6, 5, padding=padding, **made),
                "C1_activation": activation(),
                "S2": pool(2),
                "C3": Conv2d(6, 16, 5, **made),
                "C3_activation": activation(),
                "S4": pool(2),
                "flatten": Flatten(),
                "C5": Linear(16 * 5 * 5, 120, **made),
                "C5_activation": activation(),
                "F6": Linear(120, 84, **made),
                "F6_activation": activation(),
                "output": Linear(84, num_classes, **made),
            }
        )
