"""An epoch of training in each library: the same batches in the same order."""

import numpy as np

from dlcourse import nn


class Ours:
    """The next epoch of dlcourse at each call; returns the mean training loss.

    scheduler: where there is one, stepped after every batch.
    """

    def __init__(self, net, optimizer, x, y, *, batch_size, seed, scheduler=None):
        self.net, self.optimizer, self.scheduler = net, optimizer, scheduler
        self.x, self.y, self.batch_size = x, y, batch_size
        self.loss, self.rng = nn.CrossEntropyLoss(), np.random.default_rng(seed)

    def __call__(self):
        history = nn.fit(
            self.net,
            self.loss,
            self.optimizer,
            self.x,
            self.y,
            epochs=1,
            batch_size=self.batch_size,
            rng=self.rng,
            on_step=self.scheduler and (lambda progress: self.scheduler.step()),
        )
        return history.loss[0]

    def accuracy_on(self, x, y):
        return nn.evaluate(self.net, self.loss, x, y).accuracy


class Torch:
    """The same epoch in PyTorch, with loss and accuracy kept as `nn.fit` keeps them."""

    def __init__(self, net, optimizer, x, y, *, batch_size, seed, scheduler=None):
        import torch

        self.torch, self.net, self.optimizer, self.scheduler = torch, net, optimizer, scheduler
        self.x, self.y, self.batch_size = torch.from_numpy(x), torch.from_numpy(y), batch_size
        self.rng = np.random.default_rng(seed)

    def __call__(self):
        order = self.torch.from_numpy(self.rng.permutation(len(self.x)))
        total, right = 0.0, 0
        self.net.train()
        for start in range(0, len(order), self.batch_size):
            batch = order[start : start + self.batch_size]
            x, y = self.x[batch], self.y[batch]
            self.optimizer.zero_grad()
            output = self.net(x)
            loss = self.torch.nn.functional.cross_entropy(output, y)
            loss.backward()
            self.optimizer.step()
            if self.scheduler:
                self.scheduler.step()
            total += loss.item() * len(batch)
            right += (output.argmax(dim=1) == y).sum().item()
        self.accuracy = right / len(order)
        return total / len(order)

    def accuracy_on(self, x, y):
        self.net.eval()
        with self.torch.no_grad():
            scores = self.net(self.torch.from_numpy(x))
        return (scores.argmax(dim=1).numpy() == y).mean().item()
