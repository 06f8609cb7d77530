"""The training loop for networks of this library: minibatches, history, evaluation, progress."""

import time
from dataclasses import dataclass, field

import numpy as np

from dlcourse.grad_mode import no_grad
from dlcourse.random import default_rng


@dataclass
class History:
    """What a training run did, a value an epoch.

    loss, accuracy: means over the epoch's minibatches, measured while the weights changed;
    val_loss, val_accuracy: on the validation set after the epoch; seconds: wall-clock time of the
    epoch's training, without the evaluation. accuracy (0 to 1) is filled where the targets are
    classes, the validation lists where there is a validation set.

    >>> History(loss=[0.7, 0.5], accuracy=[0.6, 0.75], seconds=[1.0, 1.0]).loss[-1]
    0.5
    """

    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    val_loss: list = field(default_factory=list)
    val_accuracy: list = field(default_factory=list)
    seconds: list = field(default_factory=list)

    def __len__(self):
        return len(self.loss)

    def __str__(self):
        if not self.loss:
            return "no epoch yet"
        parts = [f"epoch {len(self)}: loss {self.loss[-1]:.4f}"]
        if self.accuracy:
            parts.append(f"accuracy {self.accuracy[-1]:.2%}")
        if self.val_loss:
            parts.append(f"validation loss {self.val_loss[-1]:.4f}")
        if self.val_accuracy:
            parts.append(f"validation accuracy {self.val_accuracy[-1]:.2%}")
        return ", ".join([*parts, f"{self.seconds[-1]:.1f} s"])


@dataclass
class Progress:
    """Where a run stands after a step. epoch and step count from 1.

    >>> Progress(epoch=1, epochs=3, step=20, steps=100, loss=0.5).step / 100
    0.2
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float


@dataclass
class Evaluation:
    """Mean loss and accuracy over a set; accuracy is None where the targets are no classes.

    >>> Evaluation(loss=0.5, accuracy=0.75).accuracy
    0.75
    """

    loss: float
    accuracy: float | None


def fit(
    net,
    loss,
    optimizer,
    x,
    y,
    *,
    epochs,
    batch_size=32,
    validation=None,
    shuffle=True,
    rng=None,
    on_epoch=None,
    on_step=None,
):
    """Train a network by minibatches and return its History.

    net: a Module; loss: a loss Module that averages over the batch; optimizer: one of
    `dlcourse.optim` that holds the network's parameters. x: (N, ...), y: (N, ...); integers are
    classes, and a class for each place of a sequence, (N, T), goes with scores (N, C, T). The last
    batch of an epoch is smaller where batch_size does not divide N. validation: (x, y), evaluated
    after every epoch. rng: the order of the examples, a generator or seed. on_epoch(history) and
    on_step(progress) are called after each; on_epoch may return True to stop early.
    Raises ValueError where x and y differ in length or are empty.

    >>> from dlcourse import nn, optim
    >>> x = np.array([[0.0], [1.0], [2.0], [3.0]], dtype=np.float32)
    >>> net = nn.Sequential(nn.Linear(1, 1, rng=0))
    >>> optimizer = optim.SGD(net.parameters(), lr=0.1)
    >>> history = fit(net, nn.MSELoss(), optimizer, x, 2 * x + 1, epochs=200, batch_size=4)
    >>> [round(float(p.data.item()), 2) for p in net.parameters()], history.loss[-1] < 1e-4
    ([2.0, 1.0], True)
    """
    x, y = checked(x, y)
    if epochs < 0 or batch_size < 1:
        raise ValueError(
            f"fit: epochs ≥ 0 and batch_size ≥ 1 expected, got {epochs} and {batch_size}"
        )
    rng, history = default_rng(rng), History()
    steps = -(-len(x) // batch_size)
    net.train()
    for epoch in range(1, epochs + 1):
        start = time.perf_counter()
        order = rng.permutation(len(x)) if shuffle else np.arange(len(x))
        total, right = 0.0, 0
        for step in range(steps):
            batch = order[step * batch_size : (step + 1) * batch_size]
            value, correct = train_step(net, loss, optimizer, x[batch], y[batch])
            total += value * len(batch)
            right += correct
            if on_step:
                on_step(Progress(epoch, epochs, step + 1, steps, value))
        history.seconds.append(time.perf_counter() - start)
        history.loss.append(total / len(x))
        if is_classes(y):
            history.accuracy.append(right / y.size)
        if validation is not None:
            result = evaluate(net, loss, *validation)
            history.val_loss.append(result.loss)
            if result.accuracy is not None:
                history.val_accuracy.append(result.accuracy)
        if on_epoch and on_epoch(history) is True:
            break
    return history


def train_step(net, loss, optimizer, x, y):
    """One step: forward, loss, backward, update. Returns the loss and how many were right."""
    optimizer.zero_grad()
    output = net(x)
    value = loss(output, y)
    net.backward(loss.backward(), input_grad=False)
    optimizer.step()
    return float(value), count_correct(output, y)


def evaluate(net, loss, x, y, batch_size=1024):
    """Mean loss and accuracy over a set, in evaluation mode, with no bookkeeping.

    net, loss: Modules; x: (N, ...), y: (N, ...). The network's mode is put back afterwards.
    Returns an Evaluation.

    >>> from dlcourse import nn
    >>> scores = np.log([[3.0, 1.0], [3.0, 1.0]])
    >>> evaluate(nn.Sequential(), nn.CrossEntropyLoss(), scores, np.array([0, 1])).accuracy
    0.5
    """
    x, y = checked(x, y)
    training = net.training
    net.eval()
    total, right = 0.0, 0
    try:
        with no_grad():
            for start in range(0, len(x), batch_size):
                part, target = x[start : start + batch_size], y[start : start + batch_size]
                output = net(part)
                total += float(loss(output, target)) * len(part)
                right += count_correct(output, target)
    finally:
        net.train(training)
    return Evaluation(total / len(x), right / y.size if is_classes(y) else None)


def checked(x, y):
    """Return both as arrays of one length, at least 1."""
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"expected as many targets as examples and at least one, got x of shape {x.shape} and "
            f"y of shape {y.shape}"
        )
    return x, y


def is_classes(y):
    """Tell whether targets are classes: one an example, or one for each of its places."""
    return y.dtype.kind in "iu"


def count_correct(output, y):
    """How many targets are where the largest score (N, C, ...) is; 0 where y is no classes."""
    if not is_classes(y) or output.shape[:1] + output.shape[2:] != y.shape:
        return 0
    return int((output.argmax(axis=1) == y).sum())
