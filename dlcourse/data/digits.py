"""Handwritten digits of 8×8 pixels, which come with scikit-learn."""

import importlib.util

import numpy as np

from dlcourse.data.dataset import DataSet, Entry
from dlcourse.data.options import yes_or_no


def load_digits(flat=True):
    """Handwritten digits, 8×8 pixels, 1,797 images in 10 classes.

    x: (1797, 64) float32 in 0..1, or (1797, 1, 8, 8) with flat=False. The original counts ink in
    steps from 0 to 16; x is that number divided by 16.
    y: (1797,) int64, the digit.
    Split: every fifth image of a class is a test image, the same ones on every machine: 1,442 for
    training, 355 for the test.

    Source: scikit-learn's `load_digits`, the test part of the UCI set "Optical Recognition of
    Handwritten Digits" (Alpaydin and Kaynak, 1998, CC BY 4.0). Needs scikit-learn, no network.
    """
    flat = yes_or_no("flat", flat)
    try:
        from sklearn.datasets import load_digits as read
    except ImportError as error:
        raise ImportError(
            "the data set 'digits' comes with scikit-learn, which is not installed: "
            "run `pip install 'dlcourse[course]'`"
        ) from error
    ink, labels = read(return_X_y=True)
    labels = labels.astype(np.int64)
    is_test = _every_fifth_of_a_class(labels)
    order = np.concatenate([np.flatnonzero(~is_test), np.flatnonzero(is_test)])
    x = (ink[order] / 16).astype(np.float32)
    return DataSet(
        name="digits",
        x=x if flat else x.reshape(-1, 1, 8, 8),
        y=labels[order],
        classes=tuple("0123456789"),
        n_train=int(np.count_nonzero(~is_test)),
        image_shape=(8, 8),
    )


def _every_fifth_of_a_class(labels):
    is_test = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        is_test[np.flatnonzero(labels == label)[4::5]] = True
    return is_test


def present():
    """Tell whether scikit-learn is installed, without loading it."""
    return importlib.util.find_spec("sklearn") is not None


ENTRIES = (Entry("digits", load_digits, "(1797, 64)", "comes with scikit-learn", present),)
