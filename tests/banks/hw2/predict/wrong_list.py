"""A list of chunks."""

import torch


def predict(model, x, chunk=4096):
    with torch.no_grad():
        return [model(part) for part in x.split(chunk)]
