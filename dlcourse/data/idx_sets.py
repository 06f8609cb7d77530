"""MNIST and Fashion-MNIST: 70,000 grey images of 28×28 pixels each, in files of the IDX format."""

import functools

import numpy as np

from dlcourse.data.dataset import DataSet, Entry
from dlcourse.data.idx import read_idx
from dlcourse.data.images import finished
from dlcourse.data.options import one_of, yes_or_no
from dlcourse.data.published import Published
from dlcourse.data.torchvision_download import download as download_with_torchvision
from dlcourse.data.torchvision_download import own_mirrors, torchvision_class

SHAPES = {
    "train-images-idx3-ubyte": (60000, 28, 28),
    "train-labels-idx1-ubyte": (60000,),
    "t10k-images-idx3-ubyte": (10000, 28, 28),
    "t10k-labels-idx1-ubyte": (10000,),
}

# SHA-256 of the files as published, decompressed.
SHA256 = {
    "mnist": {
        "train-images-idx3-ubyte": (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        ),
        "train-labels-idx1-ubyte": (
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        ),
        "t10k-images-idx3-ubyte": (
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        ),
        "t10k-labels-idx1-ubyte": (
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
        ),
    },
    "fashion_mnist": {
        "train-images-idx3-ubyte": (
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
        ),
        "train-labels-idx1-ubyte": (
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
        ),
        "t10k-images-idx3-ubyte": (
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
        ),
        "t10k-labels-idx1-ubyte": (
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
        ),
    },
}

# Where the authors keep the same files, beside the addresses that torchvision knows.
MIRRORS = {
    "mnist": [],
    "fashion_mnist": ["https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"],
}

OFFLINE = "the data set 'digits' needs no network: data.load('digits')"

CLOTHES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def load_mnist(flat=True, dtype="float32", download=True):
    """Handwritten digits, 28×28 pixels, 60,000 images for training and 10,000 for the test.

    x: (70000, 784) float32 in 0..1, or (70000, 1, 28, 28) with flat=False: the grey levels 0 to
    255, divided by 255; 0 is the background. The first 60,000 rows are x_train. With dtype="uint8"
    the grey levels themselves, in a quarter of the memory.
    y: (70000,) int64, the digit.
    download: whether to fetch the set where it is missing. It lies in the folder that the
    environment variable DLCOURSE_DATA names, or in the user's cache folder, in torchvision's
    layout: `MNIST/raw/*-ubyte` or `*-ubyte.gz`, there or below `mnist/`. DLCOURSE_MIRROR names
    addresses that are tried first.

    Each file's SHA-256 is checked. Raises FileNotFoundError where the set is missing and download
    is False, ConnectionError where the download failed, ValueError for a damaged file.
    Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits, 1998.
    """
    return _load(MNIST, tuple("0123456789"), flat, dtype, download)


def load_fashion_mnist(flat=True, dtype="float32", download=True):
    """Pieces of clothing, 28×28 pixels, 60,000 images for training and 10,000 for the test.

    x: (70000, 784) float32 in 0..1, or (70000, 1, 28, 28) with flat=False: the grey levels 0 to
    255, divided by 255; 0 is the background. The first 60,000 rows are x_train. With dtype="uint8"
    the grey levels themselves, in a quarter of the memory.
    y: (70000,) int64, the kind of clothing, 7,000 images of each.
    download: as of `mnist`; torchvision's layout is `FashionMNIST/raw/*-ubyte` or `*-ubyte.gz`, in
    the data folder or below `fashion_mnist/`.

    Each file's SHA-256 is checked. Raises as `mnist` does.
    Source: Xiao, Rasul and Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms, 2017 (MIT licence).
    """
    return _load(FASHION_MNIST, CLOTHES, flat, dtype, download)


def _load(published, classes, flat, dtype, download):
    flat, dtype = yes_or_no("flat", flat), one_of("dtype", dtype, ("float32", "uint8"))
    read = published.open(yes_or_no("download", download))
    parts = "train", "t10k"
    images = [read(f"{part}-images-idx3-ubyte") for part in parts]
    return DataSet(
        name=published.name,
        x=finished([part[:, None] for part in images], flat, dtype),
        y=np.concatenate([read(f"{part}-labels-idx1-ubyte") for part in parts]).astype(np.int64),
        classes=classes,
        n_train=len(images[0]),
        image_shape=images[0].shape[1:],
    )


def _published(name, title, class_name):
    def check(path, file):
        return read_idx(path, SHAPES[file], SHA256[name][file])

    @functools.lru_cache(maxsize=len(SHAPES))
    def read_once(path, file, size, mtime_ns):
        """Size and time of change are there to tell two versions of a file apart."""
        return check(path, file)

    def read(path, file):
        stat = path.stat()
        return read_once(path, file, stat.st_size, stat.st_mtime_ns)

    def mirrors(known):
        return [*own_mirrors(), *getattr(known, "mirrors", ()), *MIRRORS[name]]

    def arrive(scratch):
        data_set = torchvision_class(class_name, mirrors=mirrors)
        download_with_torchvision(title, [data_set], data_set.mirrors, scratch, OFFLINE)
        return scratch / class_name / "raw"

    place = f"{class_name}/raw"
    return Published(
        name=name,
        title=title,
        offline=lambda: OFFLINE,
        places=(f"{name}/{place}", place),
        files=tuple(SHAPES),
        check=check,
        read=read,
        arrive=arrive,
        packed=True,
        hash_name="SHA-256",
    )


MNIST = _published("mnist", "MNIST", "MNIST")
FASHION_MNIST = _published("fashion_mnist", "Fashion-MNIST", "FashionMNIST")

ENTRIES = tuple(
    Entry(s.name, load, "(70000, 784)", size, s.present, s.fetch, s.verify)
    for s, load, size in (
        (MNIST, load_mnist, "download (11 MB)"),
        (FASHION_MNIST, load_fashion_mnist, "download (30 MB)"),
    )
)
