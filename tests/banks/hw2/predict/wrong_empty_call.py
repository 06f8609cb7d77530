"""One call too many, with no places in it."""

import torch


def predict(model, x, chunk=4096):
    with torch.no_grad():
        parts = [model(x[i : i + chunk]) for i in range(0, len(x) + 1, chunk)]
    return torch.cat(parts)
