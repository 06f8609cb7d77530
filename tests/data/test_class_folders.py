"""Any folder of images against torchvision's ImageFolder, its splits, and what is wrong in it."""

import numpy as np
import pytest
from PIL import Image

from dlcourse import data
from dlcourse.data import class_folders as module
from dlcourse.data.vision import import_torchvision


def save(path, size=(12, 10), mode="RGB", seed=0, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    levels = np.random.default_rng(seed).integers(256, size=(size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(levels).convert(mode).save(path, **options)


@pytest.fixture
def animals(tmp_path):
    for seed, name in enumerate(["dog/b.png", "cat/2.png", "cat/1.png", "dog/deep/a.png"]):
        save(tmp_path / name, seed=seed)
    (tmp_path / "dog" / "notes.txt").write_text("no image")
    (tmp_path / ".hidden").mkdir()
    save(tmp_path / "cat" / ".preview.png")
    return tmp_path


def test_equal_to_torchvisions_image_folder(animals):
    ours = data.image_folder(animals, dtype="uint8")
    (animals / "cat" / ".preview.png").unlink()
    (animals / ".hidden").rmdir()
    theirs = import_torchvision().datasets.ImageFolder(animals)
    assert list(ours.classes) == theirs.classes
    by_file = {
        path: (image, label)
        for (path, _), (image, label) in zip(theirs.samples, theirs, strict=True)
    }
    assert len(by_file) == len(ours.x) == 4
    for file, x, y in zip(ours.info["files"], ours.x, ours.y, strict=True):
        image, label = by_file[str(animals / file)]
        np.testing.assert_array_equal(x.transpose(1, 2, 0), np.asarray(image))
        assert y == label
    assert ours.n_train is None
    floats = data.image_folder(animals, flat=True)
    np.testing.assert_allclose(floats.x, ours.x.reshape(4, -1) / 255, rtol=1e-6)


@pytest.mark.parametrize("test", module.TEST_NAMES)
def test_a_split_is_found(tmp_path, test):
    for part, n in (("train", 3), (test, 2)):
        for name in ("cat", "dog"):
            for i in range(n):
                save(tmp_path / part / name / f"{i}.png", seed=i)
    s = data.image_folder(tmp_path)
    assert (s.y_train.tolist(), s.y_test.tolist()) == ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1])


def test_more_than_two_parts_are_chosen_by_name(tmp_path):
    for part in ("train", "val", "test"):
        save(tmp_path / part / "cat" / "1.png", seed=len(part))
    with pytest.raises(ValueError, match="more than two parts, test, train, val: choose two"):
        data.image_folder(tmp_path)
    s = data.image_folder(tmp_path, parts=("train", "val"))
    assert (len(s.x_train), len(s.x_test)) == (1, 1)


def test_every_mode_becomes_rgb(tmp_path):
    for i, mode in enumerate(["RGB", "L", "1", "P", "RGBA", "LA", "CMYK"]):
        suffix = "tif" if mode == "CMYK" else "png"
        save(tmp_path / "all" / f"{i}.{suffix}", mode=mode, seed=3)
    save(tmp_path / "all" / "7.png", mode="P", seed=3, transparency=bytes(range(20)))
    s = data.image_folder(tmp_path, dtype="uint8")
    assert s.x.shape == (8, 3, 10, 12)
    np.testing.assert_array_equal(s.x[1, 0], s.x[1, 2])


def test_a_photograph_taken_sideways_is_turned(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    save(tmp_path / "all" / "1.png", size=(4, 2), exif=exif)
    assert data.image_folder(tmp_path).x.shape == (1, 3, 4, 2)


def test_sizes(tmp_path):
    save(tmp_path / "all" / "1.png", size=(40, 20))
    save(tmp_path / "all" / "2.png", size=(10, 30))
    with pytest.raises(ValueError, match=r"2\.png has 30×10 pixels, the first one 20×40; .* size="):
        data.image_folder(tmp_path)
    assert data.image_folder(tmp_path, size=8).x.shape == (2, 3, 8, 8)
    assert data.image_folder(tmp_path, size=(6, 9)).x.shape == (2, 3, 6, 9)
    with pytest.raises(ValueError, match="size must be at least 1, got 0"):
        data.image_folder(tmp_path, size=0)


def test_shrinking_averages_and_cuts_around_the_centre(tmp_path):
    (tmp_path / "all").mkdir()
    checks = np.zeros((64, 128), np.uint8)
    checks[:, 32:96] = np.indices((64, 64)).sum(0) % 2 * 255
    Image.fromarray(checks).save(tmp_path / "all" / "1.png")
    x = data.image_folder(tmp_path, size=8, dtype="uint8").x
    # Outside the centre all is black, inside it every other pixel is white.
    assert np.abs(x.astype(int) - 127).max() <= 16


def test_kept_images_are_read_until_a_file_changes(animals, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path_factory.mktemp("data")))
    first = data.image_folder(animals, keep=True)
    with monkeypatch.context() as patch:
        patch.setattr(module, "_decode", None)
        np.testing.assert_array_equal(data.image_folder(animals, keep=True).x, first.x)
    save(animals / "cat" / "1.png", seed=77)
    assert not np.array_equal(data.image_folder(animals, keep=True).x, first.x)
    data.image_folder(animals, size=5, keep=True)
    with monkeypatch.context() as patch:
        patch.setattr(module, "_decode", None)
        data.image_folder(animals, keep=True)
        data.image_folder(animals, size=5, keep=True)


def test_what_is_wrong_is_said_in_one_line(tmp_path, animals):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        data.image_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="has no sub-folders: image_folder expects one for each"):
        data.image_folder(animals / "cat")
    (animals / "bird").mkdir()
    with pytest.raises(ValueError, match=r"the class .*bird has no images"):
        data.image_folder(animals)
    (animals / "bird" / "broken.jpg").write_bytes(b"not a JPEG file")
    with pytest.raises(ValueError, match=r"bird/broken\.jpg cannot be read as an image") as error:
        data.image_folder(animals)
    assert "\n" not in str(error.value)


def test_a_class_of_the_test_part_must_be_known(tmp_path):
    save(tmp_path / "train" / "cat" / "1.png")
    save(tmp_path / "test" / "dog" / "1.png")
    with pytest.raises(ValueError, match=r"test has a class 'dog' that .*train does not have"):
        data.image_folder(tmp_path)
