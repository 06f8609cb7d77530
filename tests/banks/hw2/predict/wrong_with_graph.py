"""The graph of all chunks hangs on the answer."""

import torch


def predict(model, x, chunk=4096):
    return torch.cat([model(part) for part in x.split(chunk)])
