"""CIFAR-10 as 60,000 JPEG files, in an archive or unpacked."""

import hashlib
import lzma
import tarfile
import zlib
from pathlib import PurePosixPath

import numpy as np

from dlcourse.data.class_folders import SUFFIXES, image_folder
from dlcourse.data.dataset import DataSet, Entry
from dlcourse.data.decoded import kept
from dlcourse.data.folder import data_folder
from dlcourse.data.idx import DamagedFile
from dlcourse.data.images import finished
from dlcourse.data.options import one_of, yes_or_no
from dlcourse.data.pictures import decode_in_parts

STEM = "cifar10-jpeg"
ARCHIVES = tuple(f"{STEM}{suffix}" for suffix in (".tar.xz", ".tar.gz", ".tgz", ".tar"))
CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
PARTS = ("train", "test")
SIZE = (32, 32)


def load_cifar10_jpeg(flat=True, dtype="float32"):
    """CIFAR-10 from JPEG files, 32×32 pixels in colour: 50,000 to train on, 10,000 to test.

    JPEG loses detail. An accuracy on this set compares with another on this set, and not, to the
    last tenth of a per cent, with a published figure for `cifar10`, which is why it has a name of
    its own.

    x: (60000, 3072) float32 in 0..1, or (60000, 3, 32, 32) with flat=False: red, green and blue,
    the levels 0 to 255 divided by 255. With dtype="uint8" the levels themselves, in a quarter of
    the memory. y: (60000,) int64. The first 50,000 rows are x_train. The classes take turns, so
    any few rows hold about equally many of each. `images` is (60000, 32, 32, 3), ready to draw.

    The data folder (DLCOURSE_DATA) holds `cifar10-jpeg.tar.xz`, `.tar.gz`, `.tgz` or `.tar`, or the
    unpacked folder `cifar10-jpeg`, with files `train/<class>/*.jpg` and `test/<class>/*.jpg`. They
    are decoded once and kept, as numbers, in `decoded/` beside them or in the user's cache folder.

    Raises FileNotFoundError where there is none of these, ValueError for a file that is damaged.
    Source: Krizhevsky, Learning multiple layers of features from tiny images, 2009, compressed.
    """
    flat, dtype = yes_or_no("flat", flat), one_of("dtype", dtype, ("float32", "uint8"))
    source = _source()
    if source is None:
        raise FileNotFoundError(
            f"there is neither {ARCHIVES[0]} nor a folder {STEM} in {data_folder()}: set "
            "DLCOURSE_DATA to the folder that holds it, get the original with "
            "data.load('cifar10'), or use data.load('digits'), which needs neither"
        )
    if source.is_dir():
        arrays = _from_folder(source)
    else:
        with open(source, "rb") as packed:
            key = hashlib.file_digest(packed, "sha256").hexdigest()[:16]
        arrays = kept(STEM, key, lambda: _from_archive(source))
    return DataSet(
        name="cifar10_jpeg",
        x=finished([arrays["x"]], flat, dtype),
        y=arrays["y"].astype(np.int64),
        classes=CLASSES,
        n_train=int(arrays["n_train"]),
        image_shape=(3, *SIZE),
    )


def _source():
    candidates = [data_folder() / name for name in (*ARCHIVES, STEM)]
    return next((path for path in candidates if path.exists()), None)


def _from_archive(path):
    """The images of the archive, read in its own order; nothing is unpacked to the disk."""
    names = []

    def files(archive):
        for member in archive:
            if member.isfile() and member.name.lower().endswith(SUFFIXES):
                names.append(member.name)
                yield f"{member.name} in {path}", archive.extractfile(member).read()

    try:
        with tarfile.open(path) as archive:
            parts = list(decode_in_parts(files(archive), SIZE))
            # The check sum of the compressed data stands at their end.
            while archive.fileobj.read(1 << 20):
                pass
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError) as error:
        raise DamagedFile(f"{path} is damaged or cut short ({error}): get it again") from error
    if not parts:
        raise ValueError(f"{path} holds no images: it needs train/<class>/*.jpg and test/<class>/…")
    return _in_turn(np.concatenate(parts), names)


def _in_turn(images, names):
    """The training images first; within each part the classes one after the other, over again."""
    places = [PurePosixPath(name.replace("\\", "/")).parts[-3:] for name in names]
    for name, place in zip(names, places, strict=True):
        if len(place) < 3 or place[0] not in PARTS or place[1] not in CLASSES:
            raise ValueError(
                f"{name} is not where CIFAR-10 has its images: train/<class>/ or test/<class>/, "
                f"with the classes {', '.join(CLASSES)}"
            )
    keys = [(PARTS.index(part), file, CLASSES.index(name)) for part, name, file in places]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return {
        "x": images[order],
        "y": np.array([keys[i][2] for i in order], np.uint8),
        "n_train": np.array(sum(part == 0 for part, _, _ in keys)),
    }


def _from_folder(folder):
    loaded = image_folder(folder, size=SIZE, parts=PARTS, dtype="uint8", keep=True)
    return _in_turn(loaded.x, loaded.info["files"])


def present():
    """Tell whether the archive or the folder is there."""
    return _source() is not None


def verify():
    """Decode every image, or read what was decoded from the very same bytes; count them."""
    loaded = load_cifar10_jpeg(dtype="uint8")
    train, test = (np.bincount(y, minlength=10) for y in (loaded.y_train, loaded.y_test))
    if (train != 5000).any() or (test != 1000).any():
        raise ValueError(
            f"{_source()} is not complete: {len(loaded.y_train)} + {len(loaded.y_test)} images, "
            "where CIFAR-10 has 5,000 + 1,000 a class"
        )
    return f"cifar10_jpeg: 60000 images in {_source()} can be read, 5,000 + 1,000 a class"


ENTRIES = (
    Entry(
        "cifar10_jpeg",
        load_cifar10_jpeg,
        "(60000, 3072)",
        f"your own {ARCHIVES[0]}",
        present,
        verify=verify,
    ),
)
