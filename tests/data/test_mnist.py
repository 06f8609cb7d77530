"""MNIST as it lies on the disk: the published facts, torchvision's reading, and broken files."""

import gzip
import shutil

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import idx_sets
from dlcourse.data.vision import import_torchvision

AGAIN = "get it again with `dlcourse data fetch mnist`"
TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.mark.usefixtures("real_mnist")
def test_the_published_facts():
    s = data.load("mnist")
    assert (len(s.x_train), len(s.x_test)) == (60000, 10000)
    assert np.bincount(s.y_train).tolist() == TRAIN_COUNTS
    assert np.bincount(s.y_test).tolist() == TEST_COUNTS
    assert s.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert s.x.dtype == np.float32
    assert s.y.dtype == np.int64
    assert s.x.flags.c_contiguous
    assert (s.x.min(), s.x.max()) == (0, 1)
    # The mean and standard deviation that the field normalizes MNIST with.
    assert s.x_train.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
    assert s.x_train.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)


def test_equal_to_torchvision(real_mnist, tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in idx_sets.SHAPES:
        packed = next(real_mnist.glob(f"**/{name}.gz"), None)
        content = (
            gzip.decompress(packed.read_bytes())
            if packed
            else next(real_mnist.glob(f"**/{name}")).read_bytes()
        )
        (raw / name).write_bytes(content)
    ours = data.load("mnist", flat=False)
    torchvision = import_torchvision()
    for train, x, y in ((True, ours.x_train, ours.y_train), (False, ours.x_test, ours.y_test)):
        theirs = torchvision.datasets.MNIST(tmp_path, train=train)
        np.testing.assert_array_equal(np.rint(x[:, 0] * 255), theirs.data.numpy())
        np.testing.assert_array_equal(y, theirs.targets.numpy())


def test_a_real_file_cut_short_is_named(real_mnist, tmp_path, monkeypatch):
    shutil.copytree(real_mnist / "mnist", tmp_path / "mnist")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    path = next(tmp_path.glob("**/t10k-images-idx3-ubyte*"))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ValueError, match=f"{path.name} is cut short.*; {AGAIN}$"):
        data.load("mnist")


@pytest.mark.parametrize("below", ["mnist", "."])
@pytest.mark.parametrize("packed", [True, False])
def test_both_layouts_plain_and_compressed(folder, small_files, below, packed):
    raw = folder / below / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in small_files.items():
        path = raw / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)
    s = data.load("mnist", download=False)
    assert s.x_train.shape == (6, 15)
    images = np.frombuffer(small_files["t10k-images-idx3-ubyte"][16:], np.uint8).reshape(4, 15)
    np.testing.assert_allclose(s.x_test, images / 255, rtol=1e-6)
    assert bytes(s.y_train.astype(np.uint8)) == small_files["train-labels-idx1-ubyte"][8:]
    assert data.load("mnist", flat=False).x_test.shape == (4, 1, 5, 3)


def test_levels_are_the_bytes_of_the_file(small_mnist, small_files):
    s = data.load("mnist", dtype="uint8")
    assert s.x.dtype == np.uint8
    assert s.x_train.tobytes() == small_files["train-images-idx3-ubyte"][16:]
    np.testing.assert_allclose(data.load("mnist").x, s.x / 255, rtol=1e-6)
    with pytest.raises(ValueError, match="dtype must be 'float32' or 'uint8', got 'float64'"):
        data.load("mnist", dtype="float64")


@pytest.mark.usefixtures("small_mnist")
def test_what_the_caller_changes_is_gone_at_the_next_load():
    first = data.load("mnist")
    kept = first.x.copy(), first.y.copy()
    first.x[:], first.y[:] = -1, -1
    again = data.load("mnist")
    np.testing.assert_array_equal(again.x, kept[0])
    np.testing.assert_array_equal(again.y, kept[1])


def one_line(error):
    message = str(error.value)
    assert "\n" not in message
    return message


def test_a_missing_set_says_where_it_was_looked_for_and_what_to_do(folder):
    with pytest.raises(FileNotFoundError) as error:
        data.load("mnist", download=False)
    message = one_line(error)
    for part in (str(folder), "dlcourse data fetch mnist", "DLCOURSE_DATA", "data.load('digits')"):
        assert part in message
    assert not list(folder.iterdir())


def test_a_missing_file_is_named(small_mnist):
    (small_mnist / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match="t10k-labels-idx1-ubyte is missing"):
        data.load("mnist", download=False)


def test_compressed_data_cut_short(small_mnist):
    path = small_mnist / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(ValueError, match=r"ubyte\.gz is cut short") as error:
        data.load("mnist")
    assert one_line(error).endswith(AGAIN)


def test_a_plain_file_cut_short_or_too_long(small_mnist, small_files):
    name = "train-images-idx3-ubyte"
    for content, how in (
        (small_files[name][:-1], "is cut short: 105 bytes of data instead of 106"),
        (small_files[name] + b"\0", "is too long: 107 bytes of data instead of 106"),
    ):
        (small_mnist / name).write_bytes(content)
        with pytest.raises(ValueError, match=how) as error:
            data.load("mnist")
        assert one_line(error).endswith(AGAIN)


@pytest.mark.parametrize(
    ("begin", "found"), [(b"\0\0\x08\x01", "00000801"), (b"<htm", "3c68746d"), (b"", "nothing")]
)
def test_a_wrong_magic_number(small_mnist, small_files, begin, found):
    name = "train-images-idx3-ubyte"
    content = begin + small_files[name][4:] if begin else b""
    (small_mnist / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"begins with {found} instead of 00000803"):
        data.load("mnist")


def test_one_wrong_pixel_is_found(small_mnist, small_files):
    name = "t10k-images-idx3-ubyte"
    content = bytearray(small_files[name])
    content[40] ^= 1
    (small_mnist / f"{name}.gz").write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(ValueError, match="is damaged: its SHA-256 is not that of the published"):
        data.load("mnist")


def test_compressed_data_that_are_none(small_mnist):
    (small_mnist / "t10k-labels-idx1-ubyte.gz").write_bytes(b"404 Not Found")
    with pytest.raises(ValueError, match="is damaged: Not a gzipped"):
        data.load("mnist")


def test_a_file_that_changed_is_read_again(small_mnist, small_files):
    data.load("mnist")
    (small_mnist / "t10k-labels-idx1-ubyte.gz").write_bytes(b"gone")
    with pytest.raises(ValueError, match="is damaged"):
        data.load("mnist")


def test_the_files_of_a_loaded_set_are_left_as_they_were(small_mnist):
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in small_mnist.iterdir()}
    data.load("mnist")
    idx_sets.MNIST.verify()
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in small_mnist.iterdir()} == before
