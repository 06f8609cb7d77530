"""`training.Trainer` against a loop written by hand, an epoch of each in turn."""

import copy
import os
import time

import numpy as np
import torch
from torch import nn

from benchmarks.harness import Report, compare, one_thread
from dlcourse import models, training

NAME = "trainer_overhead"
SGD = {"lr": 0.01, "momentum": 0.9}
RATIO, SMALL_RATIO = 1.02, 1.10
FACTS = {"optimizer": {"name": "SGD", **SGD}, "against": "the loop's by hand"}


def small_mlp():
    """A network whose step is so short that what the loop does beside it shows most."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))


# label: build, shape of an example, batch size, batches in an epoch, target
CASES = {
    "MLP 784-64-10": (small_mlp, (1, 28, 28), 32, 400, SMALL_RATIO),
    "LeNet-5": (lambda: models.create("lenet5"), (1, 28, 28), 64, 60, RATIO),
    "ResNet-20": (lambda: models.create("resnet20"), (3, 32, 32), 64, 4, RATIO),
}


def batches(shape, size, count, seed=0):
    """Random examples and classes, the same ones for both loops."""
    generator = torch.Generator().manual_seed(seed)
    return [
        (
            torch.randn(size, *shape, generator=generator),
            torch.randint(10, (size,), generator=generator),
        )
        for _ in range(count)
    ]


class ByHand:
    """The next epoch at each call: what a careful loop does, with loss and accuracy kept."""

    def __init__(self, net, data):
        self.net, self.data, self.loss = net, data, nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(net.parameters(), **SGD)

    def __call__(self):
        total, right, count = torch.zeros(()), torch.zeros((), dtype=torch.int64), 0
        self.net.train()
        for x, y in self.data:
            self.optimizer.zero_grad()
            output = self.net(x)
            loss = self.loss(output, y)
            loss.backward()
            self.optimizer.step()
            total += loss.detach() * len(x)
            right += (output.argmax(1) == y).sum()
            count += len(x)
        self.accuracy = right.item() / count
        return total.item() / count


class ByTrainer:
    """The same epoch by the Trainer as it comes: bar, history, a look at every loss."""

    def __init__(self, net, data):
        self.data, self.epochs = data, 0
        optimizer = torch.optim.SGD(net.parameters(), **SGD)
        self.silent = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - closed below
        self.trainer = training.Trainer(
            net,
            optimizer,
            nn.CrossEntropyLoss(),
            device="cpu",
            callbacks=[training.ProgressBar(file=self.silent)],
            progress=False,
        )

    def __call__(self):
        self.epochs += 1
        return self.trainer.fit(self.data, self.epochs).loss[-1]

    def close(self):
        self.silent.close()


def measure(label, build, shape, size, count, target, repeats=15):
    """The Ratio of one case: losses of the first epoch must be equal."""
    torch.manual_seed(0)
    net, data = build(), batches(shape, size, count)
    peer, ours = ByHand(copy.deepcopy(net), data), ByTrainer(net, data)
    try:
        return compare(
            f"{label}, {count} batches of {size}",
            ours,
            peer,
            same=lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5),
            repeats=repeats,
            target=target,
            clock=time.thread_time,
        )
    finally:
        ours.close()


def run(full=False):
    """Measure; with full more repeats."""
    with one_thread():
        ratios = [
            measure(label, *case, repeats=41 if full else 15) for label, case in CASES.items()
        ]
    return Report(NAME, ratios=ratios, facts=FACTS)
