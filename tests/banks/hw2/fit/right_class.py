"""An object that can be called."""

import torch


class Fitted:
    def __init__(self, model, frequencies):
        self.model, self.frequencies = model, frequencies

    def encode(self, places):
        if self.frequencies is None:
            return places
        return fourier_features(places, self.frequencies)

    def __call__(self, places):
        return predict(self.model, self.encode(places))


def fit(x, y, frequencies=None, steps=300, batch_size=256, lr=3e-3, channels=256, seed=0):
    torch.manual_seed(seed)
    width = 2 if frequencies is None else 2 * len(frequencies)
    fitted = Fitted(coordinate_mlp(width, channels=channels), frequencies)
    train(fitted.model, fitted.encode(x), y, steps, batch_size, lr, seed)
    return fitted
