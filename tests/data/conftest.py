"""The real MNIST where it is there, a small one of the same format where it need not be real."""

import gzip
import hashlib
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from dlcourse.data import mnist


@pytest.fixture(scope="session")
def real_data():
    """The folder of the real data sets, set as DLCOURSE_DATA while a test uses it."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = os.environ.get("DLCOURSE_DATA") or (str(beside) if beside.is_dir() else None)
    if folder is None:
        pytest.skip("needs MNIST: DLCOURSE_DATA is not set")
    return folder


@pytest.fixture
def real_mnist(real_data, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", real_data)
    if not mnist.present():
        pytest.skip(f"needs MNIST, which is not in {real_data}")
    return Path(real_data)


@pytest.fixture
def small_files(monkeypatch):
    """Four IDX files of 6 + 4 images of 5×3 pixels, known to `mnist` as the published ones."""
    rng = np.random.default_rng(7)
    contents = {}
    for part, n in (("train", 6), ("t10k", 4)):
        images = rng.integers(256, size=(n, 5, 3), dtype=np.uint8)
        labels = rng.integers(10, size=n, dtype=np.uint8)
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            header = struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape)
            content = header + array.tobytes()
            contents[f"{part}-{name}-ubyte"] = content
            published = (array.shape, hashlib.sha256(content).hexdigest())
            monkeypatch.setitem(mnist.FILES, f"{part}-{name}-ubyte", published)
    return contents


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder."""
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def small_mnist(folder, small_files):
    """The small set, in place and compressed; the path of its raw folder."""
    raw = folder / "mnist" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in small_files.items():
        (raw / f"{name}.gz").write_bytes(gzip.compress(content))
    return raw
