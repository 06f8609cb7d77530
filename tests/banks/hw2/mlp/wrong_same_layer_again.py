"""One layer applied again and again: the hidden layers share their weights."""

from torch import nn


def coordinate_mlp(in_features=2, channels=256, layers=4):
    hidden = nn.Linear(channels, channels)
    modules = [nn.Linear(in_features, channels), nn.ReLU()]
    for _ in range(layers - 2):
        modules += [hidden, nn.ReLU()]
    return nn.Sequential(*modules, nn.Linear(channels, 3), nn.Sigmoid())
