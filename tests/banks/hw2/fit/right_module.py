"""The encoding as the network's first layer."""

import torch
from torch import nn


class Waves(nn.Module):
    def __init__(self, frequencies):
        super().__init__()
        self.register_buffer("frequencies", frequencies.clone())

    def forward(self, x):
        return fourier_features(x, self.frequencies)


def fit(x, y, frequencies=None, steps=300, batch_size=256, lr=3e-3, channels=256, seed=0):
    torch.manual_seed(seed)
    if frequencies is None:
        model = coordinate_mlp(channels=channels)
    else:
        network = coordinate_mlp(2 * frequencies.shape[0], channels)
        model = nn.Sequential(Waves(frequencies), network)
    train(model, x, y, steps=steps, batch_size=batch_size, lr=lr, seed=seed)
    return lambda places: predict(model, places)
