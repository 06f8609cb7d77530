"""The training loop, against loops written by hand."""

import pytest
import torch
from torch import nn

from dlcourse import training


def batches(count=6, size=8, features=5, classes=3, seed=0, dtype=torch.float32):
    """Batches of random examples with random classes."""
    generator = torch.Generator().manual_seed(seed)
    return [
        (
            torch.randn(size, features, generator=generator, dtype=dtype),
            torch.randint(classes, (size,), generator=generator),
        )
        for _ in range(count)
    ]


def net(seed=0, features=5, classes=3, dtype=torch.float32):
    torch.manual_seed(seed)
    layers = nn.Linear(features, 16), nn.Tanh(), nn.Linear(16, classes)
    return nn.Sequential(*layers).to(dtype)


def by_hand(model, optimizer, data, epochs, loss=None):
    """The loop that everyone writes; returns the mean losses of the epochs."""
    loss, means = loss or nn.CrossEntropyLoss(), []
    for _ in range(epochs):
        total = 0.0
        for x, y in data:
            optimizer.zero_grad()
            value = loss(model(x), y)
            value.backward()
            optimizer.step()
            total += value.item() * len(x)
        means.append(total / sum(len(x) for x, _ in data))
    return means


def test_the_same_weights_and_losses_as_a_loop_by_hand():
    data, ours, theirs = batches(), net(), net()
    trainer = training.Trainer(
        ours, torch.optim.Adam(ours.parameters()), nn.CrossEntropyLoss(), progress=False
    )
    history = trainer.fit(data, epochs=3)
    losses = by_hand(theirs, torch.optim.Adam(theirs.parameters()), data, 3)
    assert history.loss == pytest.approx(losses, rel=1e-6)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a, b)
