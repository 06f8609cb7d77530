"""Other waves to draw with than to train with."""

import torch


def fit(x, y, frequencies=None, steps=300, batch_size=256, lr=3e-3, channels=256, seed=0):
    def encode(places):
        return places if frequencies is None else fourier_features(places, frequencies)

    torch.manual_seed(seed)
    features = encode(x)
    model = coordinate_mlp(features.shape[1], channels)
    train(model, features, y, steps, batch_size=batch_size, lr=lr, seed=seed)

    def colours_at(places):
        if frequencies is None:
            return predict(model, places)
        spread = float(frequencies.std())
        waves = gaussian_frequencies(len(frequencies), spread, seed=seed + 1)
        return predict(model, fourier_features(places, waves))

    return colours_at
