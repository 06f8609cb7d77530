"""Checkpoints that survive a process killed at any moment, and a disk that lies."""

import os
import warnings
import zipfile
from pathlib import Path

import torch

from dlcourse.training.errors import CheckpointError

PARTIAL = ".partial"


class Checkpoints:
    """The newest checkpoints of one training, in a folder.

    A checkpoint is written beside its place, forced onto the disk, and then renamed: what bears a
    checkpoint's name is whole. `keep` of them stay, so that one that the disk has spoilt can be
    replaced by the one before. They are files of `torch.save` and hold tensors and plain data, and
    are read with `weights_only=True`: opening one from a stranger runs no code of theirs.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> checkpoints = Checkpoints(folder.name)
    >>> for step in (10, 20, 30):
    ...     path = checkpoints.save({"step": step}, step)
    >>> [path.name for path in checkpoints.paths()]
    ['step-000000020.pt', 'step-000000030.pt']
    >>> checkpoints.load()[0]
    {'step': 30}
    >>> folder.cleanup()
    """

    def __init__(self, folder, keep=2):
        if keep < 1:
            raise ValueError(f"keep is at least 1 checkpoint, got {keep}")
        self.folder, self.keep = Path(folder), keep
        self._ours = []  # of this run and sound; what else lies there is of a run given up
        self._read_back = False

    def paths(self):
        """The checkpoints in the folder, oldest first."""
        return sorted(self.folder.glob("step-*.pt"))

    def save(self, state, step):
        """Write a checkpoint and return its path; older ones beyond `keep` are removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"step-{step:09d}.pt"
        partial = path.with_name(path.name + PARTIAL)
        with open(partial, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        if not self._read_back:  # what cannot be read must be known now and not after the crash
            read(partial)
            self._read_back = True
        os.replace(partial, path)
        _sync_folder(self.folder)
        self._ours = [*(p for p in self._ours if p != path), path][-self.keep :]
        for other in [*self.paths(), *self.folder.glob(f"step-*{PARTIAL}")]:
            if other not in self._ours:
                other.unlink(missing_ok=True)
        return path

    def load(self):
        """The newest checkpoint that can be read, and its path; (None, None) if there is none.

        One that is truncated or damaged is passed over with a warning. Raises CheckpointError
        where there are checkpoints and none can be read.
        """
        paths = self.paths()
        for place in reversed(range(len(paths))):
            try:
                state = read(paths[place])
            except CheckpointError as error:
                before = (
                    f"using {paths[place - 1].name}, the one before" if place else "none is left"
                )
                warnings.warn(f"{error}: {before}", stacklevel=3)
                continue
            self._ours = paths[: place + 1]
            return state, paths[place]
        if paths:
            raise CheckpointError(
                f"none of the {len(paths)} checkpoints in {self.folder} can be read: remove them, "
                "or start anew with resume=False"
            )
        return None, None


def read(path):
    """Read a checkpoint onto the CPU, after a check that every byte of it is what was written.

    Raises CheckpointError for a file that is truncated, damaged or holds more than data.

    >>> read("no-such.pt")
    Traceback (most recent call last):
    dlcourse.training.errors.CheckpointError: no-such.pt cannot be read (No such file or directory)
    """
    try:
        # torch.load takes a flipped bit in a weight as it comes; the sums in the archive tell.
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise CheckpointError(f"{Path(path).name} is damaged (in {damaged})")
        return torch.load(path, map_location="cpu", weights_only=True)
    except (zipfile.BadZipFile, EOFError) as error:
        raise CheckpointError(f"{Path(path).name} is truncated or damaged ({error})") from error
    except OSError as error:
        raise CheckpointError(f"{Path(path).name} cannot be read ({error.strerror})") from error
    except Exception as error:
        if isinstance(error, CheckpointError):
            raise
        reason = str(error).split("\n")[0].split(". ")[0]
        raise CheckpointError(f"{Path(path).name} cannot be read ({reason})") from error


def check_same_model(model, state, where):
    """Raise CheckpointError that names the first entry in which a model's state is another's.

    >>> layer = torch.nn.Linear(2, 3)
    >>> check_same_model(layer, torch.nn.Linear(2, 4).state_dict(), "a.pt")
    Traceback (most recent call last):
    dlcourse.training.errors.CheckpointError: a.pt is of another model: weight is (4, 2) there and \
(3, 2) here
    """
    ours = model.state_dict()
    for name, tensor in ours.items():
        if name not in state:
            raise CheckpointError(f"{where} is of another model: it has no {name}")
        if state[name].shape != tensor.shape:
            there, here = tuple(state[name].shape), tuple(tensor.shape)
            raise CheckpointError(
                f"{where} is of another model: {name} is {there} there and {here} here"
            )
    for name in state:
        if name not in ours:
            raise CheckpointError(f"{where} is of another model: this one has no {name}")


def _sync_folder(folder):
    """Force the renaming onto the disk; Windows does so by itself and opens no folder."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
