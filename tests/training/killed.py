"""A training that is killed, again and again, until it ends: run by test_kill.py.

`python killed.py FOLDER --loader device --moments 3 --seed 0` prints, as JSON, for each moment
where the process died, and whether what it ended with is, bit for bit, what a run never stopped
ends with.

Each attempt is a process of its own, forked from this one, which has imported everything and done
no work. A moment is an event: a step done, a write to the checkpoint's file, before and after it is
forced onto the disk, renamed, an old one removed. SIGKILL leaves no time to tidy up.
"""

import argparse
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from dlcourse import training
from dlcourse.training import checkpoint as checkpoint_module

SAVE = torch.save


class Noisy(Dataset):
    """Examples with noise from each of the generators that a user might draw from."""

    def __init__(self, count=40):
        generator = torch.Generator().manual_seed(1)
        self.x = torch.randn(count, 1, 8, 8, generator=generator)
        self.y = torch.randint(4, (count,), generator=generator)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        noise = random.random() + np.random.rand() + torch.rand(1).item()  # noqa: NPY002
        return self.x[index] * (1 + 0.1 * noise), self.y[index]


def loader_called(name):
    data = Noisy()
    if name == "device":
        shift = training.augment.random_crop
        augment = [lambda x, generator: shift(x, padding=1, generator=generator)]
        return training.DeviceLoader(data.x, data.y, batch_size=4, augment=augment, seed=5)
    return DataLoader(data, batch_size=4, shuffle=True)


def train(folder, loader, events):
    """One attempt: from the newest checkpoint to the end. Returns all that it ended with."""
    training.deterministic(0)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3), nn.Flatten()
    )
    net.append(nn.Linear(4 * 36, 4))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    data = loader_called(loader)
    stop = training.EarlyStopping("val_loss", patience=100, restore_best=False)
    trainer = training.Trainer(
        net,
        optimizer,
        nn.CrossEntropyLoss(label_smoothing=0.1),
        scheduler=torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=40),
        clip_grad_norm=1.0,
        accumulate=2,
        ema=0.9,
        callbacks=[events, stop],
        checkpoint=folder,
        checkpoint_every=2,
        progress=False,
    )
    history = trainer.fit(data, epochs=4, validation=loader_called(loader)).state_dict()
    del history["seconds"]
    return {
        "model": net.state_dict(),
        "ema": trainer.ema.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": history,
        "next": torch.rand(3),
    }


class Events(training.Callback):
    """Counts what happens, and kills the process at one of the events."""

    def __init__(self, fatal=None):
        self.count, self.fatal, self.names = 0, fatal, []

    def happen(self, name):
        self.count += 1
        self.names.append(name)
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_step(self, trainer):
        self.happen("step")

    def watch(self):
        """Put an event before and after all that touches a checkpoint on the disk."""
        fsync, replace, unlink = os.fsync, os.replace, Path.unlink

        def watched(name, function):
            def call(*args, **options):
                self.happen(f"before {name}")
                result = function(*args, **options)
                self.happen(f"after {name}")
                return result

            return call

        def in_pieces(state, file):
            SAVE(state, Pieces(file, self))

        checkpoint_module.torch.save = in_pieces
        checkpoint_module.os.fsync = watched("fsync", fsync)
        checkpoint_module.os.replace = watched("replace", replace)
        Path.unlink = watched("unlink", unlink)


class Pieces:
    """A file whose writes are events; each reaches the system at once, half of it first."""

    def __init__(self, file, events):
        self.file, self.events = file, events

    def write(self, data):
        half = len(data) // 2
        self.file.write(data[:half])
        self.file.flush()
        if half > 1000:
            self.events.happen("write")
        return half + self.file.write(data[half:])

    def __getattr__(self, name):
        return getattr(self.file, name)


def attempt(folder, loader, result, fatal=None, seconds=None):
    """Fork, train, perhaps die. Returns whether the attempt came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            events = Events(fatal)
            events.watch()
            ended = train(folder, loader, events)
            Path(f"{result}.events").write_text(json.dumps(events.names), encoding="utf-8")
            partial = Path(f"{result}.partial")
            SAVE(ended, partial)
            partial.rename(result)
            code = 0
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0):
        if not os.WIFSIGNALED(status):
            raise SystemExit("an attempt ended with an error")
        return False
    return True


def same(a, b):
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--loader", choices=("torch", "device"), default="torch")
    parser.add_argument("--moments", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)  # imports much: here once and not in each attempt
    whole = args.folder / "whole.pt"
    began = time.perf_counter()
    assert attempt(args.folder / "whole", args.loader, whole)
    seconds = time.perf_counter() - began
    expected = torch.load(whole, weights_only=True)
    names = json.loads(Path(f"{whole}.events").read_text(encoding="utf-8"))
    rng, outcomes = random.Random(args.seed), []
    for number in range(args.moments):
        folder, result = args.folder / f"run{number}", args.folder / f"run{number}.pt"
        if number % 4 == 3:  # whenever the clock says
            moment = rng.uniform(0.05, seconds)
            attempt(folder, args.loader, result, seconds=moment)
            where = f"after {moment:.3f} s"
        else:
            steps = [k for k, name in enumerate(names, 1) if name == "step"]
            others = [k for k, name in enumerate(names, 1) if name != "step"]
            moment = rng.choice(steps if number % 2 else others)
            died = not attempt(folder, args.loader, result, fatal=moment)
            assert died
            where = names[moment - 1]
            if number % 3 == 0:  # and once more on the way
                attempt(folder, args.loader, result, fatal=rng.randint(1, 40))
                where += ", twice"
        finished = result.exists() or attempt(folder, args.loader, result)
        ended = torch.load(result, weights_only=True)
        outcomes.append({"where": where, "same": finished and same(ended, expected)})
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"events": sorted(set(names)), "outcomes": outcomes}))


if __name__ == "__main__":
    main()
