"""The landscapes: slopes by finite differences, stationary points, and paths with known steps."""

import numpy as np
import pytest
from scipy import integrate, optimize

from dlcourse import optim
from dlcourse.optim.surfaces import SURFACES, roll

each = pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)


@each
def test_the_gradient_is_the_slope(surface):
    points = np.random.default_rng(0).uniform(-2, 2, size=(20, 2))
    for w in points:
        slope = optimize.approx_fprime(w, surface.value, 1e-7)
        np.testing.assert_allclose(surface.gradient(w), slope, rtol=1e-4, atol=1e-5)


@each
def test_many_points_at_once_give_what_each_gives(surface):
    points = np.random.default_rng(1).uniform(-2, 2, size=(2, 3, 4))
    values, slopes = surface.value(points), surface.gradient(points)
    assert (values.shape, slopes.shape) == ((3, 4), (2, 3, 4))
    for place in np.ndindex(3, 4):
        w = points[(slice(None), *place)]
        assert values[place] == pytest.approx(surface.value(w), abs=1e-12)
        np.testing.assert_allclose(slopes[(slice(None), *place)], surface.gradient(w))


@each
def test_the_minimum_is_the_lowest_of_the_map(surface):
    low1, high1, low2, high2 = surface.view
    w = np.stack(np.meshgrid(np.linspace(low1, high1, 201), np.linspace(low2, high2, 201)))
    assert surface.value(np.array(surface.minimum)) == pytest.approx(0, abs=1e-12)
    assert surface.value(w).min() > -1e-12
    np.testing.assert_allclose(surface.gradient(np.array(surface.minimum)), 0, atol=1e-10)
    for w1, w2 in (surface.start, surface.minimum):
        assert low1 < w1 < high1
        assert low2 < w2 < high2


def test_each_landscape_is_what_its_name_says():
    at_start = {name: s.gradient(np.array(s.start)) for name, s in SURFACES.items()}
    assert np.linalg.norm(at_start["plateau"]) < 0.01
    assert abs(at_start["saddle"][1]) < 0.01 * abs(at_start["saddle"][0])
    assert SURFACES["ravine"].gradient(np.ones(2)).tolist() == [1, 50]
    # Down from the start one comes to a valley that is not the lowest.
    hill = SURFACES["hill"]
    flow = integrate.solve_ivp(lambda t, w: -hill.gradient(w), (0, 60), hill.start)
    valley = flow.y[:, -1]
    np.testing.assert_allclose(hill.gradient(valley), 0, atol=1e-2)
    assert 0.5 < hill.value(valley) < hill.value(np.array(hill.start))
    assert valley[0] < -1 < hill.minimum[0]


def test_a_path_has_the_steps_of_gradient_descent():
    path = roll(SURFACES["ravine"], lambda w: optim.SGD(w, lr=0.01), steps=10)
    expected = np.array([-4.0, 1.0]) * np.array([0.99, 0.5]) ** np.arange(11)[:, None]
    np.testing.assert_allclose(path, expected)


def test_newton_takes_one_step_in_the_ravine():
    path = roll(SURFACES["ravine"], lambda w: optim.Newton(w), steps=1)
    np.testing.assert_allclose(path[1], 0, atol=1e-6)


def test_who_leaves_the_map_is_lost_from_there():
    path = roll(SURFACES["ravine"], lambda w: optim.SGD(w, lr=10.0), steps=20)
    lost = np.isnan(path).all(axis=1)
    assert not lost[:2].any()
    assert lost[-1]
    assert np.all(np.diff(lost.astype(int)) >= 0)


def test_a_singular_hessian_ends_the_path():
    flat = SURFACES["plateau"]
    far = roll(
        type(flat)("flat", flat.value, flat.gradient, (60.0, 0.0), flat.minimum, flat.view),
        lambda w: optim.Newton(w),
        steps=3,
    )
    assert np.isnan(far[1:]).all()
