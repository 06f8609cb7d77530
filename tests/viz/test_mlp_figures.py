"""The figures of lecture 03 say what their data say."""

import math

import numpy as np
import pytest

from dlcourse import nn
from dlcourse.nn import ops
from dlcourse.viz import flipbook
from dlcourse.viz.activation_figures import (
    accuracy_by_rate,
    activation_card,
    curve_and_slope,
    dead_units,
    two_losses,
)
from dlcourse.viz.approximation_figures import (
    bump_frames,
    error_by_units,
    fold_frames,
    region_frames,
    row_of_a_photograph,
)
from dlcourse.viz.mlp_figures import functions_of_one_structure, layer_walk, width_against_depth


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


@pytest.mark.parametrize("function", [ops.sigmoid, nn.Sigmoid()])
def test_a_curve_comes_with_its_slope(function):
    x = np.array([-2.0, 0.0, 3.0])
    y, slope = curve_and_slope(function, x)
    for point, value, rise in zip(x, y, slope, strict=True):
        assert value == pytest.approx(1 / (1 + math.exp(-point)))
        assert rise == pytest.approx(value * (1 - value))


def test_cards_of_all_activations_have_one_frame():
    kinds = [nn.ReLU(), nn.Tanh(), nn.PReLU().double()]
    cards = [activation_card(kind, title="a title") for kind in kinds]
    assert len(flipbook(cards, slider="kind", alt="Curves.")) == 3
    left, right = cards[0].axes
    np.testing.assert_allclose(
        left.lines[-1].get_ydata(), np.maximum(0, left.lines[-1].get_xdata())
    )
    assert set(right.lines[-1].get_ydata()) == {0.0, 1.0}


def test_accuracy_is_drawn_at_every_rate():
    figure = accuracy_by_rate([0.1, 1.0], {"tanh": np.array([[0.5, 0.7], [0.9, 1.0]])})
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), [0.6, 0.95])


def test_dead_units_are_named_at_the_end_of_their_line():
    figure = dead_units({"layer 1": np.array([[0.1, 0.5], [0.3, 0.6]])})
    assert texts(figure) == ["layer 1: 55%"]


def test_two_losses_share_the_scores():
    x = np.array([-1.0, 1.0])
    figure = two_losses(x, {"a": x**2, "b": x}, {"a": 2 * x, "b": -x}, title="found")
    assert figure.get_suptitle() == "found"
    np.testing.assert_array_equal(figure.axes[1].lines[0].get_ydata(), 2 * x)


def test_the_walk_shows_only_what_is_known():
    weights, biases = [np.array([[1.0, -2.0]]), np.array([[3.0]])], [[1.0], [-2.0]]
    before = texts(layer_walk(weights, biases, [[1, -1]]))
    after = texts(layer_walk(weights, biases, [[1, -1], [0.98201], [0.6177]]))
    assert {"−2", "3", "+1", "1", "−1"} <= set(before)
    assert not {"0.98", "0.62"} & set(before)
    assert {"0.98", "0.62"} <= set(after)


def test_members_of_a_set_are_shown_from_black_to_white():
    pictures = [np.linspace(-3, 7, 16).reshape(4, 4), np.zeros((4, 4))]
    figure = functions_of_one_structure(pictures, title="two")
    first, flat = (np.asarray(ax.images[0].get_array()) for ax in figure.axes)
    assert (first.min(), first.max()) == (0, 255)
    assert not flat.any()


def test_every_seed_is_a_dot():
    accuracy = {"digits": np.array([[0.9, 1.0], [0.5, 0.7]])}
    figure = width_against_depth([1, 2], accuracy, {"digits": [20, 9]})
    ax = figure.axes[0]
    np.testing.assert_allclose(ax.lines[-1].get_ydata(), [0.95, 0.6])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1\n20", "2\n9"]
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [0.5, 0.7])


def test_the_row_stands_under_its_photograph():
    image = np.zeros((8, 8, 3))
    x = np.linspace(0, 1, 4)
    figure = row_of_a_photograph(image, 3, x, x**2, {"net": (x, x)}, title="a row")
    top, bottom = figure.axes
    assert set(top.lines[0].get_ydata()) == {3}
    np.testing.assert_array_equal(bottom.lines[-1].get_ydata(), x**2)


def test_bumps_are_counted():
    x = np.linspace(0, 1, 5)
    new = np.eye(5)[:2]
    frames = bump_frames(x, x, np.cumsum(new, axis=0), new, [1, 2])
    titles = [frame.axes[0].get_title("left") for frame in frames]
    assert titles == ["1 bump, 2 hidden units", "2 bumps, 4 hidden units"]
    np.testing.assert_array_equal(frames[1].axes[0].lines[1].get_ydata(), [1, 1, 0, 0, 0])


def test_errors_are_named_and_predicted():
    figure = error_by_units({"steps": (np.array([2, 4]), [0.4, 0.2], [0.5, 0.25])})
    assert texts(figure) == ["steps"]
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), [0.5, 0.25])


def test_folds_name_their_price():
    x = np.linspace(0, 1, 5)
    frames = fold_frames(x, [x, 1 - x], [7, 13], [4, 1000])
    titles = [frame.axes[0].get_title("left") for frame in frames]
    assert titles[0] == "1 layer, 1 tooth: 7 numbers. One hidden layer: 4"
    assert titles[1] == "2 layers, 2 teeth: 13 numbers. One hidden layer: 1,000"


def test_regions_show_where_the_answer_is_yes():
    def answer(points):
        return (points[:, 0] > 0).astype(float)

    edge = np.array([[1.0, 0.0]]), np.array([0.0])
    (frame,) = region_frames([("a half", answer, edge)], (-1, 1, -1, 1), resolution=20)
    ax = frame.axes[0]
    colours = np.asarray(ax.images[0].get_array())
    assert not np.array_equal(colours[:, 0], colours[:, -1])
    assert np.all(colours[:, :10] == colours[0, 0])
    assert ax.get_title("left") == "a half"
