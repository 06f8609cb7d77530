"""Encoded for training, plain for drawing."""

import torch


def fit(x, y, frequencies=None, steps=300, batch_size=256, lr=3e-3, channels=256, seed=0):
    def encode(places):
        return places if frequencies is None else fourier_features(places, frequencies)

    torch.manual_seed(seed)
    features = encode(x)
    model = coordinate_mlp(features.shape[1], channels)
    train(model, features, y, steps, batch_size=batch_size, lr=lr, seed=seed)

    def colours_at(places):
        return predict(model, places)

    return colours_at
