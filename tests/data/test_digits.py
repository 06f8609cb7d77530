"""The 8×8 digits, held against scikit-learn's own reading."""

import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from dlcourse import data


def sorted_rows(x, y):
    both = np.column_stack([x, y])
    return both[np.lexsort(both.T)]


def test_the_images_are_those_of_scikit_learn():
    s = data.load("digits")
    ink, labels = load_digits(return_X_y=True)
    assert s.x.shape == (1797, 64)
    np.testing.assert_array_equal(sorted_rows(s.x * 16, s.y), sorted_rows(ink, labels))
    assert (s.x.min(), s.x.max()) == (0, 1)


def test_the_split_takes_every_fifth_image_of_a_class():
    s = data.load("digits")
    ink, labels = load_digits(return_X_y=True)
    seen, train, test = dict.fromkeys(range(10), 0), [], []
    for index, label in enumerate(labels):
        seen[label] += 1
        (test if seen[label] % 5 == 0 else train).append(index)
    np.testing.assert_array_equal(s.x_train * 16, ink[train])
    np.testing.assert_array_equal(s.y_train, labels[train])
    np.testing.assert_array_equal(s.x_test * 16, ink[test])
    np.testing.assert_array_equal(s.y_test, labels[test])
    assert (len(s.x_train), len(s.x_test)) == (1442, 355)


def test_the_parts_are_contiguous_views_of_the_whole():
    s = data.load("digits")
    assert s.x_train.flags.c_contiguous
    assert s.x_test.flags.c_contiguous
    assert np.shares_memory(s.x_train, s.x)
    assert repr(s) == (
        "DataSet 'digits': x_train (1442, 64) float32, y_train (1442,) int64, "
        "x_test (355, 64) float32, y_test (355,) int64, 10 classes"
    )


def test_flat_is_a_matter_of_shape_alone():
    image = data.load("digits", flat=False)
    assert image.x_train.shape == (1442, 1, 8, 8)
    np.testing.assert_array_equal(image.x.reshape(1797, 64), data.load("digits").x)
    assert image.images.shape == (1797, 8, 8)


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"scikit-learn, .*pip install 'dlcourse\[course\]'"):
        data.load("digits")
