"""Each chunk one place too long: some places are drawn twice."""

import torch


def predict(model, x, chunk=4096):
    with torch.no_grad():
        parts = [model(x[i : i + chunk + 1]) for i in range(0, len(x), chunk)]
    return torch.cat(parts)
