"""PyTorch's own data loader, as often as it takes."""

import torch
from torch.utils.data import DataLoader, TensorDataset


def train(model, x, y, steps, batch_size=256, lr=3e-3, seed=0):
    pixels = TensorDataset(x, y)
    chance = torch.Generator().manual_seed(seed)
    loader = DataLoader(pixels, batch_size=batch_size, shuffle=True, generator=chance)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    while True:
        for batch_x, batch_y in loader:
            if len(losses) == steps:
                return losses
            losses.append(training_step(model, optimizer, batch_x, batch_y))
