"""The figures of lecture 01 say what their data say."""

import math

import numpy as np
import pytest

from dlcourse.viz import flipbook
from dlcourse.viz.linear_classifier_figures import (
    choice_of_k,
    colour_pictures,
    edges_by_cell,
    features_by_task,
    pixels_of_a_photograph,
    score_and_loss,
    search_race,
    smallest_weights,
    strength_of_penalty,
)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_each_pixel_carries_its_three_levels():
    photo = np.zeros((6, 8, 3))
    photo[2, 3] = [1.0, 0.5, 0.2]
    figure = pixels_of_a_photograph(photo, (2, 3), size=2)
    whole, near = figure.axes
    assert texts(near) == ["255\n128\n51"] + ["0\n0\n0"] * 3
    assert [label.get_text() for label in near.get_xticklabels()] == ["3", "4"]
    assert [label.get_text() for label in near.get_yticklabels()] == ["2", "3"]
    frame = whole.patches[0]
    left, top = frame.get_xy()
    assert left < 3 < left + frame.get_width()
    assert top < 2 < top + frame.get_height()


def test_pictures_stand_in_a_grid_with_their_titles():
    images = [np.full((2, 2, 3), level) for level in (0.0, 0.5, 1.2)]
    figure = colour_pictures(images, ["a", "b", "c"], columns=2)
    shown = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title("center") for ax in shown] == ["a", "b", "c"]
    assert [int(ax.images[0].get_array().max()) for ax in shown] == [0, 128, 255]


def test_the_chosen_k_is_circled_on_the_mean():
    shares = {"points": [[0.5, 0.7], [0.8, 1.0], [0.1, 0.3]]}
    ax = choice_of_k([1, 3, 9], shares, {"points": 3}).axes[0]
    assert ax.get_xscale() == "log"
    circle = ax.lines[-1]
    assert (list(circle.get_xdata()), list(circle.get_ydata())) == ([3], [pytest.approx(0.9)])


def test_the_race_shows_the_mean_of_the_seeds_and_a_guess():
    ax = search_race([1, 10], {"a": [[2.0, 4.0], [1.0, 1.0]]}, chance=2.3).axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [3.0, 1.0])
    assert list(ax.lines[1].get_ydata()) == [2.3, 2.3]
    assert "a guess" in texts(ax)


def test_bars_and_curve_follow_the_score():
    figure = score_and_loss([3.2, 5.1, -1.7], 0, ["cat", "car", "frog"], 0.0, (-5, 5))
    bars, curve = figure.axes
    total = 1 + math.exp(5.1) + math.exp(-1.7)
    widths = [patch.get_width() for patch in bars.patches]
    assert widths == pytest.approx([1 / total, math.exp(5.1) / total, math.exp(-1.7) / total])
    (at,), (loss,) = curve.lines[1].get_data()
    assert (at, loss) == (0.0, pytest.approx(math.log(total)))
    line = curve.lines[0]
    s, losses = line.get_xdata(), line.get_ydata()
    rest = math.exp(5.1) + math.exp(-1.7)
    np.testing.assert_allclose(losses, -np.log(np.exp(s) / (np.exp(s) + rest)))


def test_circle_and_diamond_reach_the_line():
    x = np.array([1.0, 0.5])
    frames = []
    for corners in ([[1.0, 0.0]], [[1.0, 0.0], [0.0, 2.0]]):
        figure = smallest_weights(x, {"L2": (0.8, x / 1.25), "L1": (1.0, np.array(corners))})
        circle, diamond = (patch.get_xy() for patch in figure.axes[0].patches)
        assert np.linalg.norm(circle, axis=1) == pytest.approx(math.sqrt(0.8))
        assert np.abs(diamond).sum(axis=1) == pytest.approx(1.0)
        assert (circle @ x).max() == pytest.approx(1, abs=1e-3)
        assert (diamond @ x).max() == pytest.approx(1)
        frames.append(figure)
    titles = [figure.axes[0].get_title("left") for figure in frames]
    assert "L1 takes (1.00, 0.00), L2 (0.80, 0.40)" in titles[0]
    assert "L1 cannot decide" in titles[1]
    assert len(flipbook(frames, slider="a", alt="Two shapes and a line.")) == 2


def test_penalties_have_a_panel_for_accuracy_and_one_for_zeros():
    accuracy = {"L2": [[0.8, 1.0], [0.5, 0.5]], "L1": [[0.7, 0.7], [0.1, 0.1]]}
    zeros = {"L2": [[0.0, 0.0], [0.0, 0.0]], "L1": [[0.2, 0.4], [1.0, 1.0]]}
    left, right = strength_of_penalty([0.01, 0.1], accuracy, zeros).axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), [0.9, 0.5])
    np.testing.assert_allclose(right.lines[1].get_ydata(), [0.3, 1.0])
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["L2", "L1"]


def test_an_edge_is_drawn_across_its_gradient():
    cells = np.zeros((1, 2, 2))
    cells[0, 0, 0] = 1.0  # a gradient of 45°, down and to the right
    figure = edges_by_cell(np.zeros((4, 8)), cells, (4, 4))
    (stroke,) = figure.axes[1].collections[0].get_segments()
    right, down = stroke[1] - stroke[0]
    assert right == pytest.approx(-down)
    np.testing.assert_allclose(stroke.mean(axis=0), [1.5, 1.5])


def test_each_task_shows_mean_spread_and_chance():
    shares = {"easy": {"pixels": [0.8, 1.0], "HOG": [0.5, 0.5]}}
    ax = features_by_task(shares, {"easy": 0.1}).axes[0]
    guess, spread, mean = ax.lines[:3]
    assert list(guess.get_xdata()) == [0.1, 0.1]
    assert list(spread.get_xdata()) == [0.8, 1.0]
    assert list(mean.get_xdata()) == [pytest.approx(0.9)]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["pixels", "HOG", "a guess"]
