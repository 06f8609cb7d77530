"""The operations of a multilayer perceptron, its whole training step, and optimizers' steps."""

import time

import numpy as np

from benchmarks import mnist_mlp
from benchmarks.harness import Report, close, compare, one_thread
from dlcourse import nn, optim
from dlcourse.nn import ops
from dlcourse.nn.fit import train_step

NAME = "operations"
# The thread's own time: other work on the machine disturbs less.
CLOCK = time.thread_time
BATCH, INPUTS, HIDDEN, CLASSES = 128, 784, 256, 10


def run(full=False):
    """Measure; with full over 50 repeats instead of 15. Two lines have a target."""
    import torch

    rng = np.random.default_rng(0)
    repeats = 50 if full else 15
    with one_thread():
        return Report(
            NAME,
            ratios=[
                linear(torch, rng, repeats),
                *(elementwise(torch, rng, repeats, n) for n in ("relu", "sigmoid", "tanh")),
                cross_entropy(torch, rng, repeats),
                mlp_step(torch, rng, repeats),
                sgd(torch, rng, repeats),
                adam(torch, rng, repeats),
            ],
        )


def linear(torch, rng, repeats):
    x, weight, bias, dy = (
        _normal(rng, *shape)
        for shape in ((BATCH, INPUTS), (HIDDEN, INPUTS), (HIDDEN,), (BATCH, HIDDEN))
    )
    tx, tweight, tbias = (torch.from_numpy(a).requires_grad_() for a in (x, weight, bias))
    tdy = torch.from_numpy(dy)

    def ours():
        y, backward = ops.linear(x, weight, bias)
        return y, *backward(dy)

    def peer():
        y = torch.nn.functional.linear(tx, tweight, tbias)
        return y, *torch.autograd.grad(y, (tx, tweight, tbias), tdy)

    label = f"linear {INPUTS}→{HIDDEN}, forward and backward"
    same = close(rtol=1e-3, atol=1e-3)
    return compare(label, ours, peer, same=same, repeats=repeats, inner=20, clock=CLOCK)


def elementwise(torch, rng, repeats, name):
    x, dy = _normal(rng, BATCH, HIDDEN), _normal(rng, BATCH, HIDDEN)
    tx, tdy = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dy)
    operation, counterpart = getattr(ops, name), getattr(torch, name)

    def ours():
        y, backward = operation(x)
        return y, backward(dy)

    def peer():
        y = counterpart(tx)
        return y, *torch.autograd.grad(y, tx, tdy)

    label = f"{name} {BATCH}×{HIDDEN}, forward and backward"
    return compare(label, ours, peer, same=close(), repeats=repeats, inner=50, clock=CLOCK)


def cross_entropy(torch, rng, repeats):
    scores, target = _normal(rng, BATCH, CLASSES), rng.integers(CLASSES, size=BATCH)
    tscores, ttarget = torch.from_numpy(scores).requires_grad_(), torch.from_numpy(target)

    def ours():
        loss, backward = ops.cross_entropy(scores, target)
        return loss, backward()

    def peer():
        loss = torch.nn.functional.cross_entropy(tscores, ttarget)
        return loss, *torch.autograd.grad(loss, tscores)

    label = f"cross-entropy {BATCH}×{CLASSES}, forward and backward"
    return compare(label, ours, peer, same=close(), repeats=repeats, inner=50, clock=CLOCK)


def sgd(torch, rng, repeats):
    start, gradient = _normal(rng, HIDDEN, INPUTS), _normal(rng, HIDDEN, INPUTS)
    parameter, tparameter = nn.Parameter(start.copy()), torch.nn.Parameter(torch.tensor(start))
    parameter.grad, tparameter.grad = gradient, torch.from_numpy(gradient)
    options = {"lr": 1e-3, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4}
    optimizer, toptimizer = (
        optim.SGD([parameter], **options),
        torch.optim.SGD([tparameter], **options),
    )

    def ours():
        optimizer.step()
        return parameter.data

    def peer():
        toptimizer.step()
        return tparameter

    label = f"SGD step, Nesterov, {HIDDEN}×{INPUTS}"
    return compare(label, ours, peer, same=close(), repeats=repeats, inner=20, clock=CLOCK)


def _normal(rng, *shape):
    return rng.standard_normal(shape, dtype=np.float32)


def mlp_step(torch, rng, repeats):
    """Forward, loss, backward and update of the network of mnist_mlp on one batch."""
    net = mnist_mlp.build(seed=0)
    twin = mnist_mlp.build_torch(net)
    x, target = _normal(rng, BATCH, INPUTS), rng.integers(CLASSES, size=BATCH)
    tx, ttarget = torch.from_numpy(x), torch.from_numpy(target)
    loss = nn.CrossEntropyLoss()
    # So low a rate that all repeats do the same work; the time does not depend on it.
    options = {**mnist_mlp.SGD, "lr": 1e-6}
    optimizer = optim.SGD(net.parameters(), **options)
    toptimizer = torch.optim.SGD(twin.parameters(), **options)

    def ours():
        value, _ = train_step(net, loss, optimizer, x, target)
        return value, *(parameter.data for parameter in net.parameters())

    def peer():
        toptimizer.zero_grad()
        value = torch.nn.functional.cross_entropy(twin(tx), ttarget)
        value.backward()
        toptimizer.step()
        return value, *twin.parameters()

    label = f"MLP 784-256-256-10, a training step of {BATCH}"
    return compare(
        label, ours, peer, same=close(), repeats=repeats, inner=20, clock=CLOCK, target=1.0
    )


def adam(torch, rng, repeats):
    """A step on a million parameters in ten arrays, against PyTorch's foreach."""
    starts = [_normal(rng, 100_000) for _ in range(10)]
    gradients = [_normal(rng, 100_000) for _ in range(10)]
    parameters = [nn.Parameter(start.copy()) for start in starts]
    tparameters = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
    for ours_, theirs, gradient in zip(parameters, tparameters, gradients, strict=True):
        ours_.grad, theirs.grad = gradient, torch.from_numpy(gradient)
    optimizer = optim.Adam(parameters, lr=1e-3)
    toptimizer = torch.optim.Adam(tparameters, lr=1e-3, foreach=True)

    def ours():
        optimizer.step()
        return [parameter.data for parameter in parameters]

    def peer():
        toptimizer.step()
        return tparameters

    label = "Adam step, 10⁶ parameters, against foreach"
    return compare(
        label, ours, peer, same=close(), repeats=repeats, inner=10, clock=CLOCK, target=1.0
    )
