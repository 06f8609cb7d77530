"""Two-class sets in the plane, held against formulas, scikit-learn and a linear program."""

import math

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.datasets import make_moons

from dlcourse import data


def linearly_separable(x, y):
    """Whether w, b with (2y − 1)(w·x + b) ≥ 1 exist: a linear program without an objective."""
    sign = 2 * y[:, None] - 1
    rows = -sign * np.concatenate([x, np.ones((len(x), 1))], axis=1)
    free = [(None, None)] * rows.shape[1]
    result = linprog(np.zeros(rows.shape[1]), rows, -np.ones(len(x)), bounds=free)
    assert result.status in (0, 2)  # solved, or proved impossible
    return result.status == 0


def test_the_linear_program_tells_the_two_cases_apart():
    x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    assert linearly_separable(x, np.array([0, 0, 0, 1]))
    assert not linearly_separable(x, np.array([0, 1, 1, 0]))


def test_xor_of_four_points_is_the_truth_table():
    s = data.load("xor", n=4, noise=0)
    assert s.x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert s.y.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("options", [{"n": 4, "noise": 0}, {}, {"n": 40, "noise": 0.2}])
def test_no_line_separates_xor(options):
    s = data.load("xor", rng=0, **options)
    assert not linearly_separable(s.x, s.y)


def test_the_noise_of_xor_is_a_standard_deviation():
    s = data.load("xor", n=40_000, noise=0.1, rng=0)
    corner = np.round(s.x)
    # 80,000 draws: the estimate's own standard deviation is 0.1 / √160,000 = 0.00025.
    assert np.std(s.x - corner) == pytest.approx(0.1, abs=0.00125)
    np.testing.assert_array_equal(s.y, (corner[:, 0] != corner[:, 1]))


def test_moons_are_the_curves_of_scikit_learn():
    s = data.load("moons", n=60, noise=0, rng=0)
    x, y = make_moons(60, shuffle=False)
    for label in (0, 1):
        ours, theirs = s.x[s.y == label], x[y == label]
        np.testing.assert_allclose(
            ours[np.lexsort(ours.T.round(4))], theirs[np.lexsort(theirs.T.round(4))], atol=1e-6
        )


@pytest.mark.parametrize("name", ["moons", "spirals"])
def test_no_line_separates_moons_and_spirals(name):
    s = data.load(name, noise=0, rng=0)
    assert not linearly_separable(s.x, s.y)


def test_the_best_line_through_blobs_errs_as_often_as_the_normal_distribution_says():
    n, distance, spread = 40_000, 3.0, 1.2
    s = data.load("blobs", n=n, distance=distance, spread=spread, rng=0)
    expected = 0.5 * math.erfc(distance / (2 * spread) / math.sqrt(2))
    error = np.mean((s.x[:, 0] > 0) != s.y)
    assert error == pytest.approx(expected, abs=5 * math.sqrt(expected / n))
    for label, centre in ((0, -distance / 2), (1, distance / 2)):
        mean = s.x[s.y == label].mean(axis=0)
        np.testing.assert_allclose(mean, [centre, 0], atol=5 * spread / math.sqrt(n / 2))


def test_blobs_far_apart_are_separable():
    s = data.load("blobs", distance=20, rng=0)
    assert linearly_separable(s.x, s.y)


def test_one_spiral_is_the_other_turned_by_half_a_circle():
    s = data.load("spirals", n=80, noise=0, turns=2, rng=0)
    first, second = s.x[s.y == 0], -s.x[s.y == 1]
    first = first[np.argsort(np.hypot(*first.T))]
    second = second[np.argsort(np.hypot(*second.T))]
    np.testing.assert_allclose(first, second, atol=1e-6)
    radius = np.hypot(*first.T)
    np.testing.assert_allclose(radius, np.linspace(0.1, 1, 40), atol=1e-6)
    turned = np.unwrap(np.arctan2(first[:, 1], first[:, 0]))
    assert turned[-1] - turned[0] == pytest.approx(2 * 2 * np.pi, abs=1e-5)
