"""CIFAR-10 and CIFAR-100: 60,000 colour images of 32×32 pixels, in pickled batches."""

import hashlib
import shutil

import numpy as np

from dlcourse.data import cifar_jpeg, python_pickle
from dlcourse.data.dataset import DataSet, Entry
from dlcourse.data.folder import data_folder
from dlcourse.data.idx import DamagedFile
from dlcourse.data.images import finished
from dlcourse.data.options import one_of, yes_or_no
from dlcourse.data.published import Published
from dlcourse.data.torchvision_download import download as download_with_torchvision
from dlcourse.data.torchvision_download import own_mirrors, torchvision_class

# MD5 of the files in the archives: what the authors' archive unpacks to, as torchvision knows it.
MD5 = {
    "cifar10": {
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
        "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
    },
    "cifar100": {
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
        "meta": "7973b15100ade9c7d40fb424638fde48",
    },
}
ARCHIVES = {
    "cifar10": (
        "cifar-10-python.tar.gz",
        "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    ),
    "cifar100": (
        "cifar-100-python.tar.gz",
        "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    ),
}
SHAPE = (3, 32, 32)


def load_cifar10(flat=True, dtype="float32", download=True):
    """Small colour photographs of ten kinds of things, 50,000 to train on and 10,000 to test.

    x: (60000, 3072) float32 in 0..1, or (60000, 3, 32, 32) with flat=False: red, green and blue,
    the levels 0 to 255 divided by 255. The first 50,000 rows are x_train. That is 737 MB; with
    dtype="uint8" it is the levels themselves, 184 MB, which `dlcourse.training.DeviceLoader` takes
    and divides a batch at a time.
    y: (60000,) int64, 6,000 images of each class. `images` is (60000, 32, 32, 3), ready to draw.
    download: whether to fetch the set where it is missing. It lies in the folder that the
    environment variable DLCOURSE_DATA names, or in the user's cache folder, in torchvision's
    layout: `cifar-10-batches-py`, there or below `cifar10/`. The archive `cifar-10-python.tar.gz`
    in that folder is unpacked instead of a download. DLCOURSE_MIRROR names addresses that are tried
    first.

    The archive's SHA-256 and each file's MD5 are checked, and the pickles are read without running
    what a pickle may ask for. Raises FileNotFoundError where the set is missing and download is
    False, ConnectionError where the download failed, ValueError for a damaged file.
    Source: Krizhevsky, Learning multiple layers of features from tiny images, 2009.
    """
    return _load(CIFAR10, "label", flat, dtype, download)


def load_cifar100(flat=True, dtype="float32", download=True):
    """Small colour photographs of a hundred kinds of things, 50,000 to train on, 10,000 to test.

    x: (60000, 3072) float32 in 0..1, or (60000, 3, 32, 32) with flat=False; dtype="uint8" as of
    `cifar10`. The first 50,000 rows are x_train.
    y: (60000,) int64, 600 images of each class. `images` is (60000, 32, 32, 3), ready to draw.
    info["coarse"]: (60000,) int64, the label among 20 groups of five classes each, and
    info["coarse_classes"] their names.
    download: as of `cifar10`; the folder is `cifar-100-python`, there or below `cifar100/`.

    Checks and raises as `cifar10` does.
    Source: Krizhevsky, Learning multiple layers of features from tiny images, 2009.
    """
    return _load(CIFAR100, "fine_label", flat, dtype, download)


def _load(published, label, flat, dtype, download):
    flat, dtype = yes_or_no("flat", flat), one_of("dtype", dtype, ("float32", "uint8"))
    *names, meta = published.files
    archive = data_folder() / ARCHIVES[published.name][0]
    read = published.open(yes_or_no("download", download) or archive.is_file())
    meta, batches = read(meta), [read(name) for name in names]

    def labels(kind):
        return np.concatenate([batch[f"{kind}s"] for batch in batches]).astype(np.int64)

    info = {}
    if "coarse_label_names" in meta:
        info = {"coarse": labels("coarse_label")}
        info["coarse_classes"] = tuple(meta["coarse_label_names"])
    return DataSet(
        name=published.name,
        x=finished([batch["data"].reshape(-1, *SHAPE) for batch in batches], flat, dtype),
        y=labels(label),
        classes=tuple(meta[f"{label}_names"]),
        n_train=sum(len(batch["data"]) for batch in batches[:-1]),
        image_shape=SHAPE,
        info=info,
    )


def _offline():
    if cifar_jpeg.present():
        return "CIFAR-10 is here as JPEG files: data.load('cifar10_jpeg')"
    return "the data set 'digits' needs no network: data.load('digits')"


def _published(name, title, class_name, folder):
    def check(path, file):
        content = path.read_bytes()
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != MD5[name][file]:
            raise DamagedFile(f"{path} is damaged: its MD5 is not that of the published file")
        return python_pickle.loads(content, path)

    def arrive(scratch):
        archive, sha256 = ARCHIVES[name]
        if (data_folder() / archive).is_file():
            shutil.copyfile(data_folder() / archive, scratch / archive)
        own = [mirror + archive for mirror in own_mirrors()]
        classes = [torchvision_class(class_name, url=lambda known, u=u: u) for u in own]
        classes.append(torchvision_class(class_name))
        tried = [each.url for each in classes]
        download_with_torchvision(title, classes, tried, scratch, _offline())
        with open(scratch / archive, "rb") as packed:
            if hashlib.file_digest(packed, "sha256").hexdigest() != sha256:
                raise ConnectionError(
                    f"{title} was downloaded, but {archive} is not the published file; nothing was "
                    f"kept: try again later; {_offline()}"
                )
        return scratch / folder

    return Published(
        name=name,
        title=title,
        offline=_offline,
        places=(f"{name}/{folder}", folder),
        files=tuple(MD5[name]),
        check=check,
        read=check,
        arrive=arrive,
        packed=False,
        hash_name="MD5",
    )


CIFAR10 = _published("cifar10", "CIFAR-10", "CIFAR10", "cifar-10-batches-py")
CIFAR100 = _published("cifar100", "CIFAR-100", "CIFAR100", "cifar-100-python")

ENTRIES = tuple(
    Entry(s.name, load, "(60000, 3072)", size, s.present, s.fetch, s.verify)
    for s, load, size in (
        (CIFAR10, load_cifar10, "download (170 MB)"),
        (CIFAR100, load_cifar100, "download (169 MB)"),
    )
)
