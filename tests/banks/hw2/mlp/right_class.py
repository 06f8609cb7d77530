"""A class of its own, with a ModuleList."""

from itertools import pairwise

from torch import nn


class CoordinateNet(nn.Module):
    def __init__(self, in_features, channels, layers):
        super().__init__()
        sizes = [in_features] + [channels] * (layers - 1)
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.last = nn.Linear(sizes[-1], 3)

    def forward(self, x):
        for layer in self.hidden:
            x = layer(x).relu()
        return self.last(x).sigmoid()


def coordinate_mlp(in_features=2, channels=256, layers=4):
    return CoordinateNet(in_features, channels, layers)
