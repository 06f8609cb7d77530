"""LeNet-5 on MNIST by `training.Trainer`: test accuracy, and the seconds until it is reached."""

import time

import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR

from benchmarks.harness import Check, Report, one_thread
from dlcourse import data, models, training

NAME = "trainer_lenet5"
BATCH_SIZE = 64
EPOCHS = 6
SGD = {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4}
SCHEDULE = {"max_lr": SGD["lr"], "pct_start": 0.2, "cycle_momentum": False}
ACCURACY = 0.99


def train(mnist, seed, epochs=EPOCHS, progress=True):
    """Train one network. Returns the History, with the test set as validation, and the seconds.

    The settings are fixed and the accuracy is that after the last epoch: no figure of the test set
    decides anything.
    """
    with training.deterministic(seed):
        mean, std = training.mean_and_std(mnist.x_train)
        how = {"device": "cpu", "mean": mean, "std": std}
        train = training.DeviceLoader(mnist.x_train, mnist.y_train, BATCH_SIZE, seed=seed, **how)
        test = training.DeviceLoader(mnist.x_test, mnist.y_test, 500, shuffle=False, **how)
        model = models.create("lenet5")
        optimizer = torch.optim.SGD(model.parameters(), **SGD)
        steps = epochs * len(train)
        trainer = training.Trainer(
            model,
            optimizer,
            nn.CrossEntropyLoss(),
            device="cpu",
            scheduler=OneCycleLR(optimizer, total_steps=steps, **SCHEDULE),
            progress=progress,
        )
        began = time.perf_counter()
        history = trainer.fit(train, epochs, validation=test)
        return history, time.perf_counter() - began


def run(full=False):
    """Measure; with full over 3 seeds instead of 1."""
    mnist = data.load("mnist", flat=False)
    with one_thread():
        runs = [train(mnist, seed) for seed in range(3 if full else 1)]
    accuracies = [history.val_accuracy[-1] for history, _ in runs]
    seconds = [round(taken, 1) for _, taken in runs]
    return Report(
        NAME,
        checks=[
            Check("LeNet-5, test accuracy, lowest seed", round(min(accuracies), 5), ACCURACY),
            Check(f"seconds for {EPOCHS} epochs and their validation", max(seconds)),
        ],
        facts={
            "net": "LeNet-5, ReLU, max-pooling, 61706 parameters",
            "optimizer": {"name": "SGD", **SGD, "schedule": {"name": "OneCycleLR", **SCHEDULE}},
            "epochs": EPOCHS,
            "batch_size": BATCH_SIZE,
            "test_accuracy": accuracies,
            "test_accuracy_by_epoch": runs[0][0].val_accuracy,
            "seconds": seconds,
        },
    )
