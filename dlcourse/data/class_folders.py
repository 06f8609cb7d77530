"""Any folder of images, a sub-folder a class: the layout of torchvision's ImageFolder."""

import hashlib
import os
from pathlib import Path

import numpy as np

from dlcourse.data.dataset import DataSet
from dlcourse.data.decoded import kept
from dlcourse.data.images import finished
from dlcourse.data.options import one_of, whole_number, yes_or_no
from dlcourse.data.pictures import decode_all

SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
TEST_NAMES = ("test", "val", "valid", "validation")


def image_folder(path, size=None, parts=None, flat=False, dtype="float32", keep=False):
    """Load the images of a folder that has a sub-folder for each class.

    path: the folder. Where its sub-folders are `train` and one of `test`, `val`, `valid` or
    `validation`, each with the classes below it, the set has that split.
    size: pixels of the images that are returned, (height, width), or one number for both. Larger
    and smaller ones are scaled until they cover it and cut to it around their centre. None where
    all have the same size already.
    parts: the names of the training part and the test part, where there are more than two.
    flat, dtype: (N, 3·H·W) instead of (N, 3, H, W); "uint8" for the levels 0 to 255 instead of
    float32 in 0..1.
    keep: write the decoded images into the data folder and read them from there the next time,
    until a file of the folder changes.

    All images become RGB. Rows are ordered by class, then by name: shuffle before you take a few.
    Files that are no images by their suffix, and hidden ones, are passed over.
    Returns a `DataSet`. Raises FileNotFoundError for a folder that is not there, ValueError for one
    without classes, a class without images, an image that cannot be read (named) or is of another
    size.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name in ("cat", "dog"):
    ...     (Path(folder.name) / name).mkdir()
    ...     Image.new("RGB", (40, 30)).save(Path(folder.name) / name / "1.png")
    >>> image_folder(folder.name, size=16)
    DataSet 'image_folder': x (2, 3, 16, 16) float32, y (2,) int64, 2 classes
    >>> folder.cleanup()
    """
    flat, dtype = yes_or_no("flat", flat), one_of("dtype", dtype, ("float32", "uint8"))
    folder, size = Path(path).expanduser(), _size(size)
    classes, files, n_train = _files(folder, parts)
    if yes_or_no("keep", keep):
        name = f"folder-{_digest(f'{folder.resolve()} {size}')}"
        images = kept(name, _versions(files), lambda: {"x": _decode(files, size)})["x"]
    else:
        images = _decode(files, size)
    return DataSet(
        name="image_folder",
        x=finished([images], flat, dtype),
        y=np.array([label for _, label in files], np.int64),
        classes=classes,
        n_train=n_train,
        image_shape=images.shape[1:],
        info={"files": tuple(str(file.relative_to(folder)) for file, _ in files)},
    )


def _size(size):
    if size is None:
        return None
    height, width = size if isinstance(size, tuple | list) else (size, size)
    return whole_number("size", height, 1), whole_number("size", width, 1)


def _files(folder, parts):
    """The names of the classes, (file, label) in order, and how many of them are for training."""
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}: image_folder needs one with classes")
    parts = _parts(folder) if parts is None else tuple(parts)
    if not parts:
        classes = _folders(folder)
        if not classes:
            raise ValueError(
                f"{folder} has no sub-folders: image_folder expects one for each class, with its "
                "images in it"
            )
        return classes, _labelled(folder, classes), None
    train, test = (folder / part for part in parts)
    classes = _folders(train)
    strange = [name for name in _folders(test) if name not in classes]
    if strange:
        raise ValueError(f"{test} has a class {strange[0]!r} that {train} does not have")
    in_train = _labelled(train, classes)
    in_test = _labelled(test, classes)
    return classes, in_train + in_test, len(in_train)


def _parts(folder):
    names = _folders(folder)
    tests = [name for name in TEST_NAMES if name in names]
    if "train" not in names or len(names) != 1 + len(tests) or not tests:
        return ()
    if len(tests) > 1:
        raise ValueError(
            f"{folder} has more than two parts, {', '.join(names)}: choose two of them, for "
            f"example parts=('train', {tests[0]!r})"
        )
    return "train", tests[0]


def _folders(folder):
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    with os.scandir(folder) as entries:
        return tuple(sorted(e.name for e in entries if e.is_dir() and not e.name.startswith(".")))


def _labelled(folder, classes):
    labelled = []
    for label, name in enumerate(classes):
        below = (folder / name).rglob("*")
        files = sorted(f for f in below if f.suffix.lower() in SUFFIXES and f.name[0] != ".")
        if not files:
            raise ValueError(
                f"the class {folder / name} has no images: image_folder reads files that end in "
                f"{', '.join(SUFFIXES)}"
            )
        labelled += [(file, label) for file in files]
    return labelled


def _decode(files, size):
    return decode_all(((str(file), file) for file, _ in files), len(files), size)


def _versions(files):
    """Text that changes when a file comes, goes or is written again."""
    stats = ((file, file.stat()) for file, _ in files)
    return _digest("\n".join(f"{file} {s.st_size} {s.st_mtime_ns}" for file, s in stats))


def _digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
