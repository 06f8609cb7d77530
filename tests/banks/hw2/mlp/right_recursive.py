"""A network is a layer and a smaller network."""

from torch import nn


def coordinate_mlp(in_features=2, channels=256, layers=4):
    if layers == 1:
        return nn.Sequential(nn.Linear(in_features, 3), nn.Sigmoid())
    first = nn.Linear(in_features, channels)
    rest = coordinate_mlp(channels, channels, layers - 1)
    return nn.Sequential(first, nn.ReLU(), rest)
