"""CIFAR-10 as JPEG files: from an archive, from a folder, kept on the disk, and damaged."""

import io
import os
import tarfile
import time

import numpy as np
import pytest
from PIL import Image

from dlcourse import data
from dlcourse.data import cifar_jpeg, decoded


def jpeg(seed, size=(32, 32)):
    rng = np.random.default_rng(seed)
    levels = rng.integers(256, size=(4, 4, 3), dtype=np.uint8)
    packed = io.BytesIO()
    Image.fromarray(levels).resize(size, Image.Resampling.BICUBIC).save(packed, "JPEG")
    return packed.getvalue()


@pytest.fixture
def files():
    """Two images a class for training and one for the test."""
    places = [("train", 0), ("train", 1), ("test", 0)]
    return {
        f"{part}/{name}/{number:04}.jpg": jpeg(100 * number + 10 * (part == "test") + label)
        for label, name in enumerate(cifar_jpeg.CLASSES)
        for part, number in places
    }


def pack(path, files):
    with tarfile.open(path, f"w:{path.suffix[1:]}" if path.suffix != ".tar" else "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content))).transpose(2, 0, 1)


@pytest.mark.parametrize("kind", [".tar.xz", ".tar.gz", ".tar", "folder"])
def test_every_form_gives_the_decoded_images_with_the_classes_in_turn(folder, files, kind):
    if kind == "folder":
        for name, content in files.items():
            path = folder / cifar_jpeg.STEM / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    else:
        pack(folder / f"{cifar_jpeg.STEM}{kind}", files)
    s = data.load("cifar10_jpeg", flat=False, dtype="uint8")
    assert s.y_train.tolist() == [*range(10), *range(10)]
    assert s.y_test.tolist() == list(range(10))
    for image, name in (
        (s.x_train[3], "train/cat/0000.jpg"),
        (s.x_train[19], "train/truck/0001.jpg"),
        (s.x_test[0], "test/airplane/0000.jpg"),
    ):
        np.testing.assert_array_equal(image, pixels(files[name]))
    floats = data.load("cifar10_jpeg")
    np.testing.assert_allclose(floats.x, s.x.reshape(30, -1) / 255, rtol=1e-6)
    assert s.images.shape == (30, 32, 32, 3)


def test_what_was_decoded_is_read_the_next_time(folder, files, monkeypatch):
    pack(folder / "cifar10-jpeg.tar.xz", files)
    first = data.load("cifar10_jpeg", dtype="uint8")
    assert [p.suffix for p in (folder / "decoded").iterdir()] == [".npz"]

    def decoded_again(*args):
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(cifar_jpeg, "_from_archive", decoded_again)
        again = data.load("cifar10_jpeg", dtype="uint8")
    np.testing.assert_array_equal(first.x, again.x)
    again.x[:] = 0
    np.testing.assert_array_equal(data.load("cifar10_jpeg", dtype="uint8").x, first.x)


def test_another_archive_is_decoded_anew_and_the_old_images_go(folder, files):
    path = folder / "cifar10-jpeg.tar.xz"
    pack(path, files)
    first = data.load("cifar10_jpeg", dtype="uint8")
    files["train/airplane/0000.jpg"] = jpeg(999)
    pack(path, files)
    second = data.load("cifar10_jpeg", dtype="uint8")
    assert not np.array_equal(first.x[0], second.x[0])
    assert len(list((folder / "decoded").iterdir())) == 1


def test_images_that_were_kept_and_are_damaged_are_decoded_anew(folder, files):
    pack(folder / "cifar10-jpeg.tar.xz", files)
    first = data.load("cifar10_jpeg", dtype="uint8")
    (kept,) = (folder / "decoded").iterdir()
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 255
    for damaged in (bytes(content), content[:100], b""):
        kept.write_bytes(damaged)
        np.testing.assert_array_equal(data.load("cifar10_jpeg", dtype="uint8").x, first.x)


def test_where_the_data_folder_cannot_be_written_the_users_cache_is_taken(
    folder, files, monkeypatch
):
    pack(folder / "cifar10-jpeg.tar.xz", files)
    (folder / "decoded").write_text("in the way")
    first = data.load("cifar10_jpeg", dtype="uint8")
    (kept,) = (folder.parent / "cache" / "dlcourse" / "decoded").iterdir()
    kept.unlink()
    kept.parent.rmdir()
    kept.parent.write_text("in the way")
    with pytest.warns(UserWarning, match="cannot be kept in .*decoded anew each time"):
        again = data.load("cifar10_jpeg", dtype="uint8")
    np.testing.assert_array_equal(first.x, again.x)


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        decoded._write(tmp_path, "set-1.npz", {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("folder")
def test_a_missing_archive_says_what_to_do():
    with pytest.raises(FileNotFoundError, match=r"neither cifar10-jpeg\.tar\.xz nor .*'digits'"):
        data.load("cifar10_jpeg")


def test_damaged_archives_are_named(folder, files):
    path = folder / "cifar10-jpeg.tar.xz"
    pack(path, files)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"no archive", whole[:-40]):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"cifar10-jpeg\.tar\.xz is damaged or cut short"):
            data.load("cifar10_jpeg")
    pack(path, files | {"test/cat/0000.jpg": files["test/cat/0000.jpg"][:300]})
    with pytest.raises(ValueError, match=r"test/cat/0000\.jpg in .* cannot be read as an image"):
        data.load("cifar10_jpeg")
    pack(path, {"train/unicorn/0001.jpg": jpeg(1)})
    with pytest.raises(ValueError, match=r"unicorn.* is not where CIFAR-10 has its images"):
        data.load("cifar10_jpeg")
    pack(path, {"readme.txt": b"nothing"})
    with pytest.raises(ValueError, match="holds no images"):
        data.load("cifar10_jpeg")


def test_verify_counts(folder, files):
    pack(folder / "cifar10-jpeg.tar.xz", files)
    with pytest.raises(ValueError, match=r"not complete: 20 \+ 10 images"):
        data.registry.find("cifar10_jpeg").verify()


@pytest.mark.slow
def test_the_real_archive(real_data, folder, monkeypatch):
    path = os.path.join(real_data, "cifar10-jpeg.tar.xz")
    if not os.path.exists(path):
        pytest.skip(f"needs cifar10-jpeg.tar.xz, which is not in {real_data}")
    (folder / "cifar10-jpeg.tar.xz").symlink_to(path)
    monkeypatch.setenv("DLCOURSE_DATA", str(folder))
    s = data.load("cifar10_jpeg", flat=False, dtype="uint8")
    assert (len(s.x_train), len(s.x_test)) == (50000, 10000)
    assert "5,000 + 1,000 a class" in data.registry.find("cifar10_jpeg").verify()
    # The mean and standard deviation that the field normalizes CIFAR-10 with.
    pixel = s.x_train.transpose(1, 0, 2, 3).reshape(3, -1)
    np.testing.assert_allclose(pixel.mean(1) / 255, [0.4914, 0.4822, 0.4465], atol=5e-4)
    np.testing.assert_allclose(pixel.std(1) / 255, [0.2470, 0.2435, 0.2616], rtol=0.02)
    start = time.perf_counter()
    data.load("cifar10_jpeg", flat=False, dtype="uint8")
    assert time.perf_counter() - start < 5
