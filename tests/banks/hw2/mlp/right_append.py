"""Layer after layer appended to a Sequential, the last ReLU taken off again."""

from torch import nn


def coordinate_mlp(in_features=2, channels=256, layers=4):
    sizes = [in_features, *(channels for _ in range(layers - 1)), 3]
    model = nn.Sequential()
    for i in range(layers):
        model.append(nn.Linear(sizes[i], sizes[i + 1]))
        model.append(nn.ReLU() if i < layers - 1 else nn.Sigmoid())
    return model
