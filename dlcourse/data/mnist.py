"""MNIST: 70,000 handwritten digits, read from the data folder, downloaded when missing."""

import contextlib
import functools
import http.client
import io
import os
import socket
import tempfile
from pathlib import Path

import numpy as np

from dlcourse.data.dataset import DataSet, Entry
from dlcourse.data.folder import data_folder
from dlcourse.data.idx import DamagedFile, read_idx
from dlcourse.data.options import yes_or_no
from dlcourse.data.vision import import_torchvision

# name: (shape, SHA-256 of the file as published, decompressed)
FILES = {
    "train-images-idx3-ubyte": (
        (60000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    "train-labels-idx1-ubyte": (
        (60000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    "t10k-images-idx3-ubyte": (
        (10000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "t10k-labels-idx1-ubyte": (
        (10000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}

GET_AGAIN = "get it again with `dlcourse data fetch mnist`"
OFFLINE = "the data set 'digits' needs no network: data.load('digits')"

# A dead network answers nothing at all; without a limit the download would wait for ever.
SECONDS_WITHOUT_AN_ANSWER = 30


def load_mnist(flat=True, download=True):
    """Handwritten digits, 28×28 pixels, 60,000 images for training and 10,000 for the test.

    x: (70000, 784) float32 in 0..1, or (70000, 1, 28, 28) with flat=False: the grey levels 0 to
    255, divided by 255; 0 is the background. The first 60,000 rows are x_train.
    y: (70000,) int64, the digit.
    download: whether to fetch the set where it is missing. It lies in the folder that the
    environment variable DLCOURSE_DATA names, or in the user's cache folder, in torchvision's
    layout: `MNIST/raw/*-ubyte` or `*-ubyte.gz`, there or below `mnist/`.

    Each file's SHA-256 is checked. Raises FileNotFoundError where the set is missing and download
    is False, ConnectionError where the download failed, ValueError for a damaged file.
    Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits, 1998.
    """
    flat = yes_or_no("flat", flat)
    if _complete_folder() is None:
        if not yes_or_no("download", download):
            raise FileNotFoundError(_missing_line())
        fetch()
    folder = _complete_folder()
    n_train, height, width = FILES["train-images-idx3-ubyte"][0]
    (n_test,) = FILES["t10k-labels-idx1-ubyte"][0]
    x = np.empty((n_train + n_test, height, width), dtype=np.float32)
    y = np.empty(n_train + n_test, dtype=np.int64)
    for part, rows in (("train", slice(n_train)), ("t10k", slice(n_train, None))):
        np.divide(_read(folder, f"{part}-images-idx3-ubyte"), np.float32(255), out=x[rows])
        y[rows] = _read(folder, f"{part}-labels-idx1-ubyte")
    return DataSet(
        name="mnist",
        x=x.reshape(len(x), height * width) if flat else x[:, None],
        y=y,
        classes=tuple("0123456789"),
        n_train=n_train,
        image_shape=(height, width),
    )


def fetch():
    """Download what is missing or damaged, check it, put it in its place; say what was done.

    What is there and whole stays untouched. Files arrive in a folder of their own and are moved
    when all of them are checked, so a download that breaks off leaves nothing behind it.
    """
    target = _folder_to_fill()
    bad = [name for name in FILES if not _is_whole(target, name)]
    if not bad:
        return f"mnist is complete in {target}"
    torchvision = import_torchvision()
    root = data_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        arriving = tempfile.TemporaryDirectory(prefix=".mnist-", dir=root)
    except OSError as error:
        raise type(error)(
            f"cannot write MNIST into {root} ({error.strerror}): set DLCOURSE_DATA to a folder "
            "that you may write to"
        ) from error
    with arriving as scratch:
        _download(torchvision, scratch)
        raw = Path(scratch) / "MNIST" / "raw"
        for name in FILES:
            _check_arrived(raw, name)
            (raw / f"{name}.gz").unlink(missing_ok=True)
        _move(raw, target, bad)
    return f"mnist: {len(bad)} of {len(FILES)} files fetched into {target}"


def verify():
    """Check every file of the set; DamagedFile or FileNotFoundError for what is wrong."""
    folder = _complete_folder()
    if folder is None:
        raise FileNotFoundError(_missing_line())
    _cached_read.cache_clear()
    for name in FILES:
        _read(folder, name)
    return f"mnist: {len(FILES)} files in {folder} have the published SHA-256"


def _download(torchvision, scratch):
    mnist = torchvision.datasets.MNIST
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SECONDS_WITHOUT_AN_ANSWER)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            mnist(scratch, download=True)
    except (OSError, RuntimeError, http.client.HTTPException) as error:
        reason = [type(error).__name__, *filter(None, map(str.strip, str(error).splitlines()))][-1]
        tried = ", ".join(getattr(mnist, "mirrors", ())) or "torchvision's mirrors"
        raise ConnectionError(
            f"MNIST could not be downloaded from {tried} ({reason}); {OFFLINE}"
        ) from error
    finally:
        socket.setdefaulttimeout(timeout)


def _check_arrived(raw, name):
    try:
        read_idx(raw / name, *FILES[name])
    except (DamagedFile, FileNotFoundError) as error:
        raise ConnectionError(
            f"MNIST was downloaded, but {name} is not the published file; nothing was kept: try "
            f"again later; {OFFLINE}"
        ) from error


def _move(raw, target, bad):
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        raw.rename(target)
        return
    for name in bad:
        os.replace(raw / name, target / name)


def _candidates():
    folder = data_folder()
    return [folder / "mnist" / "MNIST" / "raw", folder / "MNIST" / "raw"]


def _path(folder, name):
    """The file `name` in `folder`, plain or compressed; None where there is neither."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    return None


def _complete_folder():
    for folder in _candidates():
        if all(_path(folder, name) for name in FILES):
            return folder
    return None


def _folder_to_fill():
    """The folder that holds the set, else one that holds a part of it, else the preferred one."""
    started = [f for f in _candidates() if any(_path(f, name) for name in FILES)]
    return _complete_folder() or [*started, *_candidates()][0]


def _missing_line():
    folder = _folder_to_fill()
    missing = [name for name in FILES if _path(folder, name) is None]
    return (
        f"MNIST is not complete in {data_folder()}: {missing[0]} is missing; {GET_AGAIN}, "
        f"or set DLCOURSE_DATA to the folder that holds it; {OFFLINE}"
    )


def _is_whole(folder, name):
    path = _path(folder, name)
    if path is None:
        return False
    try:
        read_idx(path, *FILES[name])
    except DamagedFile:
        return False
    return True


def _read(folder, name):
    path = _path(folder, name)
    stat = path.stat()
    try:
        return _cached_read(path, name, stat.st_size, stat.st_mtime_ns)
    except DamagedFile as error:
        raise DamagedFile(f"{error}; {GET_AGAIN}") from None


@functools.lru_cache(maxsize=len(FILES))
def _cached_read(path, name, size, mtime_ns):
    """Read and check a file; size and time of change are there to tell two versions apart."""
    return read_idx(path, *FILES[name])


def present():
    """Tell whether every file of the set is there; reading them checks what is in them."""
    return _complete_folder() is not None


ENTRIES = (Entry("mnist", load_mnist, "(70000, 784)", "download (11 MB)", present, fetch, verify),)
