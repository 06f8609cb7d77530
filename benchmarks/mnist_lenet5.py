"""LeNet-5 on MNIST, trained in both libraries at once: test accuracy and the ratio of the times."""

import time
from collections import OrderedDict

import numpy as np

from benchmarks.epochs import Ours, Torch
from benchmarks.harness import Check, Report, compare, one_thread
from dlcourse import data, nn, optim
from dlcourse.optim.lr_scheduler import OneCycleLR

NAME = "mnist_lenet5"
BATCH_SIZE = 64
EPOCHS = 10
SGD = {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4}
SCHEDULE = {"max_lr": SGD["lr"], "pct_start": 0.2, "cycle_momentum": False}
ACCURACY = 0.99
# float32 sums in another order differ in the last digit, and training multiplies the difference.
# In float64 the steps agree to ten digits, which tests/benchmarks checks.
LOSS_TOLERANCE = 0.05


def build(seed):
    """LeNet-5 with ReLU and max-pooling, for images of 28² in a frame of 2."""
    return nn.networks.LeNet5(activation=nn.ReLU, pool=nn.MaxPool2d, padding=2, rng=seed)


def build_torch(net):
    """The same network of PyTorch, with the same weights."""
    import torch

    kinds = {
        nn.Conv2d: lambda m: torch.nn.Conv2d(
            m.in_channels, m.out_channels, m.kernel_size, padding=m.padding
        ),
        nn.Linear: lambda m: torch.nn.Linear(m.in_features, m.out_features),
        nn.ReLU: lambda m: torch.nn.ReLU(),
        nn.MaxPool2d: lambda m: torch.nn.MaxPool2d(2),
        nn.Flatten: lambda m: torch.nn.Flatten(),
    }
    named = [(name, kinds[type(m)](m)) for name, m in net.named_modules() if name]
    twin = torch.nn.Sequential(OrderedDict(named))
    twin.load_state_dict({k: torch.from_numpy(v) for k, v in net.state_dict().items()})
    return twin


def both(net, twin, x, y, seed, epochs=EPOCHS):
    """The next epoch of each library at each call, of as many as the schedule is made for."""
    import torch

    how = {"batch_size": BATCH_SIZE, "seed": seed}
    schedule = {"total_steps": epochs * -(-len(x) // BATCH_SIZE), **SCHEDULE}
    optimizer = optim.SGD(net.parameters(), **SGD)
    ours = Ours(net, optimizer, x, y, scheduler=OneCycleLR(optimizer, **schedule), **how)
    optimizer = torch.optim.SGD(twin.parameters(), **SGD)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, **schedule)
    return ours, Torch(twin, optimizer, x, y, scheduler=scheduler, **how)


def same_loss(ours, peer):
    np.testing.assert_allclose(ours, peer, rtol=LOSS_TOLERANCE)


def train_both(mnist, seed, epochs=EPOCHS):
    """Train both from the same weights on the same batches, an epoch of each in turn.

    The first epoch is the check that both do the same work, and is not timed. Returns the Ratio of
    the others and both test accuracies after the last.
    """
    net = build(seed)
    twin = build_torch(net)
    ours, peer = both(net, twin, mnist.x_train, mnist.y_train, seed, epochs)
    label = f"LeNet-5, one epoch, {len(mnist.x_train)} images, batches of {BATCH_SIZE}"
    ratio = compare(
        label, ours, peer, same=same_loss, repeats=epochs - 1, clock=time.thread_time
    )  # the settings are fixed: no figure of the test set decides anything
    accuracy = ours.accuracy_on(mnist.x_test, mnist.y_test)
    return ratio, accuracy, peer.accuracy_on(mnist.x_test, mnist.y_test)


def run(full=False):
    """Measure; with full over 3 seeds instead of 1."""
    mnist = data.load("mnist", flat=False)
    with one_thread():
        runs = [train_both(mnist, seed) for seed in range(3 if full else 1)]
    ratio = runs[0][0]
    ours, peers = [run[1] for run in runs], [run[2] for run in runs]
    return Report(
        NAME,
        ratios=[ratio],
        checks=[
            Check("LeNet-5, test accuracy after the last epoch, lowest seed", min(ours), ACCURACY),
            Check("the same in PyTorch, lowest seed", min(peers)),
        ],
        facts={
            "net": "LeNet-5, ReLU, max-pooling, 61706 parameters",
            "optimizer": {"name": "SGD", **SGD, "schedule": {"name": "OneCycleLR", **SCHEDULE}},
            "epochs": EPOCHS,
            "batch_size": BATCH_SIZE,
            "test_accuracy": ours,
            "test_accuracy_pytorch": peers,
            "seconds_of_training": {
                "dlcourse": round(EPOCHS * sum(ratio.ours) / len(ratio.ours), 1),
                "pytorch": round(EPOCHS * sum(ratio.peer) / len(ratio.peer), 1),
            },
        },
    )
