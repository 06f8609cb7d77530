"""Decoded images, kept on the disk: what took many seconds once is read in one afterwards."""

import os
import warnings
import zipfile

import numpy as np

from dlcourse.data.folder import cache_folder, data_folder


def kept(name, key, make):
    """The arrays that `make()` returns, a dictionary, from the disk where they are there already.

    name: of the set. key: text that changes when what `make` reads changes. They lie in `decoded/`
    of the data folder or, where that cannot be written, of the user's cache folder; the file
    appears whole or not at all. A warning says so where neither can be written.
    """
    file = f"{name}-{key}.npz"
    folders = [data_folder() / "decoded", cache_folder() / "decoded"]
    for folder in folders:
        arrays = _read(folder / file)
        if arrays is not None:
            return arrays
    arrays = make()
    failures = []
    for folder in folders:
        try:
            _write(folder, file, arrays)
        except OSError as error:
            failures.append(f"{folder} ({error.strerror})")
        else:
            _forget_others(folder, name, file)
            return arrays
    warnings.warn(
        f"the decoded images of {name} cannot be kept in {' or '.join(failures)}, and are decoded "
        "anew each time: set DLCOURSE_DATA to a folder that you may write to",
        stacklevel=2,
    )
    return arrays


def _read(path):
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        # Missing or damaged: it is made again from its source either way.
        return None


def _write(folder, file, arrays):
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{file}-{os.getpid()}.part"
    try:
        with open(beside, "wb") as part:
            np.savez(part, **arrays)
            part.flush()
            os.fsync(part.fileno())
        os.replace(beside, folder / file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _forget_others(folder, name, file):
    """Drop what was decoded from earlier versions of the source, and what a killed process left."""
    for pattern in (f"{name}-*.npz", f".{name}-*.part"):
        for path in folder.glob(pattern):
            if path.name != file:
                path.unlink(missing_ok=True)
