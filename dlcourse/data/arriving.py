"""A hidden folder in the data folder, where files wait until all of them are checked."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from dlcourse.data.folder import data_folder

try:
    import fcntl
except ImportError:
    # Windows refuses to delete a file that a living process has open: that is lock enough.
    fcntl = None

LOCK = "in-use"


@contextlib.contextmanager
def arrival_folder(name, title):
    """A new folder `.name-…` below the data folder, gone when the block ends, however it ends.

    A process that was killed cannot tidy up: what an earlier one left behind goes first. title: the
    set as an error calls it. OSError, in one line, where nothing can be written.
    """
    root = data_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(root, name)
        arriving = tempfile.TemporaryDirectory(
            prefix=f".{name}-", dir=root, ignore_cleanup_errors=True
        )
    except OSError as error:
        raise type(error)(
            f"cannot write {title} into {root} ({error.strerror}): set DLCOURSE_DATA to a folder "
            "that you may write to"
        ) from error
    with arriving as scratch, open(Path(scratch) / LOCK, "w") as lock:
        if fcntl is not None:
            # Where the file system has no locks, no folder is ever taken for abandoned.
            with contextlib.suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(scratch)


def _clear_leftovers(root, name):
    for folder in root.glob(f".{name}-*"):
        if folder.is_dir() and _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder):
    """Whether no living process holds the folder's lock; a killed one holds none."""
    try:
        with open(folder / LOCK, "r+") as lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (folder / LOCK).unlink()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
