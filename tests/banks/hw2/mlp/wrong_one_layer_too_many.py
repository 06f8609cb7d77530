"""`layers` taken for the hidden ones."""

from torch import nn


def coordinate_mlp(in_features=2, channels=256, layers=4):
    modules, width = [], in_features
    for _ in range(layers):
        modules += [nn.Linear(width, channels), nn.ReLU()]
        width = channels
    return nn.Sequential(*modules, nn.Linear(width, 3), nn.Sigmoid())
