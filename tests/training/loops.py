"""Small data, small nets and the loop that everyone writes: what the Trainer is held against."""

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


def trainer(model, optimizer=None, loss=None, **options):
    """A Trainer without a bar, on the CPU; by default SGD and cross-entropy."""
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    options = {"progress": False, "device": "cpu", **options}
    return training.Trainer(model, optimizer, loss or nn.CrossEntropyLoss(), **options)


def by_hand(model, optimizer, data, epochs, loss=None, clip=lambda: None, after_step=lambda: None):
    """The loop that everyone writes; returns the mean losses of the epochs."""
    loss, means = loss or nn.CrossEntropyLoss(), []
    for _ in range(epochs):
        total = 0.0
        for x, y in data:
            optimizer.zero_grad()
            value = loss(model(x), y)
            value.backward()
            clip()
            optimizer.step()
            after_step()
            total += value.item() * len(x)
        means.append(total / sum(len(x) for x, _ in data))
    return means


def same_weights(a, b):
    """Whether two models are equal, bit for bit."""
    ours, theirs = a.state_dict(), b.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[k], theirs[k]) for k in ours)
