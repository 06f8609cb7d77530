"""Images a second: the loader on the device against DataLoader with torchvision's transforms."""

import os
import statistics
import time

import numpy as np

from benchmarks.harness import Check, Report, close, compare, one_thread

NAME = "image_loaders"
SHAPE = (3, 32, 32)
BATCH_SIZE = 128
PADDING = 4
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
IMAGES = 2560


def images(n, seed=0):
    """As many random images and labels as a part of CIFAR-10 has: the time does not see them."""
    rng = np.random.default_rng(seed)
    return rng.integers(256, size=(n, *SHAPE), dtype=np.uint8), rng.integers(10, size=n)


class AsPictures:
    """A data set as torchvision's CIFAR10 is one: an image of Pillow, then its transforms."""

    def __init__(self, x, y, transform):
        from PIL import Image

        self.x, self.y, self.transform = x.transpose(0, 2, 3, 1), y, transform
        self.picture = Image.fromarray

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.transform(self.picture(self.x[i])), int(self.y[i])


def data_loader(x, y, augment, workers, device):
    """PyTorch's loader, and torchvision's transforms for each image."""
    import torch

    from dlcourse.data.vision import import_torchvision

    transforms = import_torchvision().transforms
    changes = []
    if augment:
        changes = [
            transforms.RandomHorizontalFlip(),
            transforms.RandomCrop(SHAPE[1:], PADDING, padding_mode="reflect"),
        ]
    changes += [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    return torch.utils.data.DataLoader(
        AsPictures(x, y, transforms.Compose(changes)),
        batch_size=BATCH_SIZE,
        shuffle=augment,
        num_workers=workers,
        persistent_workers=workers > 0,
        pin_memory=device == "cuda",
    )


def device_loader(x, y, augment, device):
    """Ours: the same work, a batch at a time, where the network computes."""
    from functools import partial

    from dlcourse.training import DeviceLoader
    from dlcourse.training.augment import random_crop, random_flip

    return DeviceLoader(
        x,
        y,
        BATCH_SIZE,
        device=device,
        augment=[random_flip, partial(random_crop, padding=PADDING)] if augment else [],
        mean=MEAN,
        std=STD,
        shuffle=augment,
    )


def epoch(loader, device):
    """A function that goes through one epoch; it returns the last batch, on the device."""
    import torch

    def run():
        for x, y in loader:
            last = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        if device == "cuda":
            torch.cuda.synchronize()
        return tuple(part.cpu() for part in last)

    return run


def alike(ours, peer):
    """Two last batches of shuffled epochs: as many images, with the same spread of colours."""
    assert ours[0].shape == peer[0].shape
    assert ours[0].dtype == peer[0].dtype
    for part in (ours[0], peer[0]):
        np.testing.assert_allclose(part.mean(dim=(0, 2, 3)), _expected_mean(), atol=0.1)


def _expected_mean():
    """Of levels that are uniform from 0 to 255."""
    return (0.5 - np.array(MEAN)) / np.array(STD)


def images_per_second(run, n, repeats):
    """The median rate of some epochs, after one that is not timed."""
    run()
    rates = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        rates.append(n / (time.perf_counter() - start))
    return statistics.median(rates)


def run(full=False):
    """Measure; with full on ten times as many images."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    n = IMAGES * (10 if full else 1)
    x, y = images(n)
    report = Report(
        NAME,
        facts={
            "images": n,
            "size": SHAPE,
            "batch_size": BATCH_SIZE,
            "device": torch.cuda.get_device_name() if device == "cuda" else device,
            "augmentation": f"horizontal flip, crop with {PADDING} reflected pixels",
            "peer": "DataLoader with torchvision's transforms on images of Pillow",
        },
    )
    with one_thread():
        for augment, same, what in (
            (False, close(), "normalized"),
            (True, alike, "shuffled, flipped, cropped, normalized"),
        ):
            ours = epoch(device_loader(x, y, augment, device), device)
            peer = epoch(data_loader(x, y, augment, 0, device), device)
            ratio = compare(f"an epoch, {what}", ours, peer, same=same)
            report.ratios.append(ratio)
        rates = [n / statistics.median(seconds) for seconds in (ratio.ours, ratio.peer)]
        report.checks += [
            Check("DeviceLoader, augmented, images a second", round(rates[0])),
            Check("DataLoader in the same process, images a second", round(rates[1])),
        ]
        workers = max(1, min(8, os.cpu_count() or 1))
        several = epoch(data_loader(x, y, True, workers, device), device)
        rate = images_per_second(several, n, repeats=3)
        label = f"DataLoader with {workers} worker processes, images a second"
        report.checks.append(Check(label, round(rate)))
    return report
