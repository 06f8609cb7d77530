"""ResNet-20 on CIFAR-10's pictures, trained on a CPU in minutes: accuracy after a stated time."""

import functools
import time

import torch
from torch import nn

from benchmarks.harness import Check, Report
from dlcourse import data, models, training
from dlcourse.training import augment

NAME = "cifar_resnet20"
BATCH_SIZE = 128
EPOCHS = 8
SGD = {"lr": 0.2, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4}
SCHEDULE = {"max_lr": SGD["lr"], "pct_start": 0.3, "cycle_momentum": False}
ACCURACY = 0.80  # what a student should see within a coffee break


def loaders(cifar, batch_size=BATCH_SIZE, seed=0):
    """The training set with flips and shifts of up to 4 pixels, and the test set as it is."""
    images, tests = (x.reshape(-1, 3, 32, 32) for x in (cifar.x_train, cifar.x_test))
    mean, std = training.mean_and_std(images)
    crop = functools.partial(augment.random_crop, padding=4)
    common = {"batch_size": batch_size, "mean": mean, "std": std}
    train = training.DeviceLoader(
        images, cifar.y_train, augment=[augment.random_flip, crop], drop_last=True, seed=seed,
        **common,
    )  # fmt: skip
    return train, training.DeviceLoader(tests, cifar.y_test, shuffle=False, **common)


def build(steps, seed=0):
    """The network with its optimizer and its schedule of `steps` steps."""
    torch.manual_seed(seed)
    net = models.create("resnet20", num_classes=10)
    optimizer = torch.optim.SGD(net.parameters(), **SGD)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, total_steps=steps, **SCHEDULE)
    return net, optimizer, schedule


def train(cifar, epochs=EPOCHS, seed=0):
    """Train once; return the history and the seconds of the whole of it, evaluation included."""
    batches, tests = loaders(cifar, seed=seed)
    net, optimizer, schedule = build(epochs * len(batches), seed)
    trainer = training.Trainer(
        net,
        optimizer,
        nn.CrossEntropyLoss(label_smoothing=0.1),
        device="cpu",
        precision="bf16",
        channels_last=True,
        scheduler=schedule,
    )
    started = time.perf_counter()
    history = trainer.fit(batches, epochs, validation=tests)
    return history, time.perf_counter() - started


def run(full=False):
    """Measure; with full over 3 seeds instead of 1."""
    cifar = data.load("cifar10_jpeg", dtype="uint8")
    runs = [train(cifar, seed=seed) for seed in range(3 if full else 1)]
    accuracies = [history.val_accuracy[-1] for history, _ in runs]
    seconds = [round(spent, 1) for _, spent in runs]
    return Report(
        NAME,
        ratios=[],
        checks=[
            Check("ResNet-20, test accuracy at the end, lowest seed", min(accuracies), ACCURACY),
            Check("seconds of training with its evaluations, longest", max(seconds)),
        ],
        facts={
            "net": "ResNet-20, 269,722 parameters",
            "data": "CIFAR-10 as JPEG files: lossy, so the figure stands beside no published one",
            "epochs": EPOCHS,
            "batch_size": BATCH_SIZE,
            "threads": torch.get_num_threads(),
            "precision": "bf16",
            "optimizer": {"name": "SGD", **SGD, "schedule": {"name": "OneCycleLR", **SCHEDULE}},
            "test_accuracy": accuracies,
            "test_accuracy_by_epoch": runs[0][0].val_accuracy,
            "seconds": seconds,
        },
    )
