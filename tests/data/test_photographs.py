"""The two photographs: scikit-learn's numbers, Pillow's shrinking, places and colours."""

import builtins

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

from dlcourse import data


@pytest.mark.parametrize("name", ["china", "flower"])
def test_equal_to_scikit_learns(name):
    p = data.load(name)
    levels = load_sample_image(f"{name}.jpg")
    np.testing.assert_allclose(p.image, levels / 255, rtol=1e-6)
    assert p.image.dtype == p.x.dtype == p.y.dtype == np.float32
    assert p.image.shape == (427, 640, 3)
    assert p.image.flags.c_contiguous


def test_places_and_colours_as_a_loop_reads_them():
    p = data.load("china", size=(5, 8))
    rows = zip(p.x, p.y, strict=True)
    for row in range(5):
        for column in range(8):
            place, colour = next(rows)
            np.testing.assert_allclose(place, [(column + 0.5) / 8, (row + 0.5) / 5], rtol=1e-6)
            np.testing.assert_array_equal(colour, p.image[row, column])
    assert next(rows, None) is None


def test_shrinking_is_pillows_with_the_sides_cut_off():
    p = data.load("flower", size=61)
    levels = Image.fromarray(load_sample_image("flower.jpg"))
    side = (640 - 427) / 2
    box = (side, 0, side + 427, 427)
    expected = levels.resize((61, 61), Image.Resampling.BILINEAR, box=box)
    np.testing.assert_allclose(p.image, np.asarray(expected) / 255, atol=1 / 255)


def test_colours_become_an_image_again():
    p = data.load("china", size=16)
    np.testing.assert_array_equal(p.from_colours(p.y), p.image)
    wild = p.from_colours(p.y * 4 - 1)
    assert (wild.min(), wild.max()) == (0, 1)
    with pytest.raises(ValueError, match=r"a colour for each pixel, \(256, 3\), got \(3, 256\)"):
        p.from_colours(p.y.T)


@pytest.mark.parametrize(("missing", "extra"), [("sklearn", "course"), ("PIL", "torch")])
def test_without_their_packages_they_say_what_to_install(monkeypatch, missing, extra):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] == missing:
            raise ImportError(f"No module named {missing!r}")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=rf"run `pip install 'dlcourse\[{extra}\]'`"):
        data.load("china")
