"""No ReLU: all layers together are one linear map."""

from itertools import pairwise

from torch import nn


def coordinate_mlp(in_features=2, channels=256, layers=4):
    sizes = [in_features] + [channels] * (layers - 1)
    modules = [nn.Linear(a, b) for a, b in pairwise(sizes)]
    return nn.Sequential(*modules, nn.Linear(sizes[-1], 3), nn.Sigmoid())
