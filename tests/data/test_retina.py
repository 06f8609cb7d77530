"""The cards of 1958: a square where it should be, and a plane between the classes."""

import numpy as np
import pytest
from sklearn.linear_model import Perceptron

from dlcourse import data


@pytest.mark.parametrize(("size", "margin"), [(1, 0), (5, 0), (4, 3), (10, 0)])
def test_a_card_is_one_square_in_its_half(size, margin):
    s = data.load("retina", n=60, size=size, margin=margin, rng=0)
    assert s.x.shape == (60, 400)
    assert s.image_shape == (20, 20)
    for image, label, (row, column) in zip(s.images, s.y, s.info["corner"], strict=True):
        lit = np.argwhere(image == 1)
        assert len(lit) == size**2 == image.sum()
        assert lit.min(axis=0).tolist() == [row, column]
        assert (lit.max(axis=0) - lit.min(axis=0)).tolist() == [size - 1, size - 1]
        if s.classes[label] == "left":
            assert lit[:, 1].max() < 10 - margin
        else:
            assert lit[:, 1].min() >= 10 + margin


def test_squares_reach_every_place_that_is_allowed():
    s = data.load("retina", n=4000, size=8, margin=1, rng=0)
    left, right = s.info["corner"][s.y == 0], s.info["corner"][s.y == 1]
    assert set(left[:, 0]) == set(right[:, 0]) == set(range(13))
    assert set(left[:, 1]) == {0, 1}
    assert set(right[:, 1]) == {11, 12}


def test_flat_is_a_matter_of_shape_alone():
    flat = data.load("retina", n=8, rng=1)
    image = data.load("retina", n=8, rng=1, flat=False)
    assert image.x.shape == (8, 1, 20, 20)
    np.testing.assert_array_equal(image.x.reshape(8, 400), flat.x)
    np.testing.assert_array_equal(image.images, flat.images)


@pytest.mark.parametrize("size", [1, 5])
def test_the_separator_has_the_promised_margin(size):
    s = data.load("retina", n=50, size=size, rng=0)
    w = s.info["separator"]
    assert np.linalg.norm(w) == pytest.approx(1)
    np.testing.assert_allclose((2 * s.y - 1) * (s.x @ w), size**2 / 20, rtol=1e-5)


@pytest.mark.parametrize("noise", [0.05, 0.3, 0.49])
def test_noise_flips_cells_and_leaves_the_classes_separable(noise):
    s = data.load("retina", n=300, size=3, noise=noise, rng=0)
    clean = data.load("retina", n=300, size=3, rng=0)
    np.testing.assert_array_equal(s.y, clean.y)
    assert set(np.unique(s.x)) == {0, 1}
    # Cards that are drawn again shift the share a little, most near 0.5.
    assert np.mean(s.x != clean.x) == pytest.approx(noise, abs=0.015)
    assert ((2 * s.y - 1) * (s.x @ s.info["separator"])).min() >= 1 / 20 - 1e-6


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_perceptron_of_scikit_learn_separates_the_cards(noise):
    s = data.load("retina", n=100, noise=noise, rng=0)
    found = Perceptron(tol=None, max_iter=2000, random_state=0).fit(s.x, s.y)
    assert found.score(s.x, s.y) == 1
