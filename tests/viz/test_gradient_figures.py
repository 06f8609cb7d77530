"""The figures of lecture 04 say what their data say."""

import numpy as np
import pytest

from dlcourse.viz import flipbook
from dlcourse.viz.gradient_figures import (
    descent,
    error_against_step,
    gradient_by_scale,
    gradients_by_layer,
    picture_and_answers,
    power,
    price_of_a_gradient,
)
from dlcourse.viz.network_walk import network_walk

VALUES = {"x": 2, "z": [2, 1, -3], "h": [2, 1, 0], "y": 3, "L": 4}
GRADS = {"x": 12, "z": [8, -4, 0], "h": [8, -4, 20], "y": 4, "w": [16, -8, 0], "v": [8, 4, 0]}
WEIGHTS = {"w": [1, -1, -2], "b": [0, 3, 1], "v": [2, -1, 5], "c": 0}


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_the_walk_shows_values_first_and_slopes_after():
    frames, labels, descriptions = network_walk(VALUES, GRADS, WEIGHTS, target=1)
    assert labels == ["x", "z", "h", "y", "L", "dL", "dy", "dh", "dz", "dx", "dw, dv"]
    assert "← 12" not in texts(frames[labels.index("dz")])
    assert "← 12" in texts(frames[labels.index("dx")])
    assert {"dL/dw₁ = 16", "dL/dw₂ = −8", "dL/dv₃ = 0"} <= set(texts(frames[-1]))
    assert "8·1 + (−4)·(−1) + 0·(−2) = 12" in frames[labels.index("dx")].axes[0].get_title("left")
    assert "dL/dh = 8, −4, 20" in descriptions[labels.index("dh")]
    assert "closed" in texts(frames[-1])
    assert len(flipbook(frames, slider="at", values=labels, alt=descriptions)) == 11


def test_the_walk_of_a_network_with_no_closed_unit():
    values = VALUES | {"z": [2, 1, 3], "h": [2, 1, 3]}
    frames, _, _ = network_walk(values, GRADS, WEIGHTS, target=1)
    assert "lets all pass" in frames[2].axes[0].get_title("left")
    assert "closed" not in texts(frames[-1])


def test_the_best_step_is_marked():
    steps = np.array([1e-8, 1e-5, 1e-2])
    figure = error_against_step(steps, {"float64": {"a": [1e-3, 1e-9, 1e-4], "b": [0, 1e-2, 1e-6]}})
    assert texts(figure) == ["a:\nh = 10⁻⁵", "b:\nh = 10⁻²"]


def test_lines_carry_the_geometric_mean_of_the_seeds():
    norms = {"tanh": np.array([[1e-2, 0.5, 1], [1e-4, 0.5, 1]])}
    assert texts(gradients_by_layer(norms)) == ["tanh: 10⁻³"]
    figure = gradient_by_scale(
        [0.5, 1.0], {"ReLU": np.array([[1, 1e2], [1, 1e4]])}, marks=[(1, "g")]
    )
    assert texts(figure) == ["ReLU: 10³", "g"]


@pytest.mark.parametrize(
    ("rate", "finding"), [(0.1, "by 0.8"), (0.5, "lands in the valley"), (1.05, "by −1.1")]
)
def test_the_descent_names_its_factor(rate, finding):
    figure = descent(rate, start=10, steps=3)
    assert finding in figure.axes[0].get_title("left")
    path = figure.axes[0].lines[1].get_xdata()
    expected = [10.0]
    for _ in range(3):
        expected.append(expected[-1] - rate * 2 * expected[-1])
    np.testing.assert_allclose(path, expected, atol=1e-12)


def test_the_price_is_written_at_the_lines():
    figure = price_of_a_gradient([10, 100], [1.0, 258.0], [1e-3, 2e-3], measured=[True, False])
    assert texts(figure) == ["nudge every weight\n4.3 min", "backpropagation\n2 ms"]


def test_the_picture_shows_the_change_and_the_winner():
    before, after = np.zeros(64), np.linspace(0, 1, 64)
    figure = picture_and_answers(before, after, np.array([0.1, 0.7, 0.2]), title="Step 1: ")
    assert figure.get_suptitle() == "Step 1: 1, says the network, 70%"
    shown = [np.asarray(ax.images[0].get_array()).ravel() for ax in figure.axes[:2]]
    np.testing.assert_array_equal(shown[0], after)
    np.testing.assert_array_equal(shown[1], after - before)


def test_a_power_rounds_up_to_the_next():
    assert power(9.6e-4) == "10⁻³"
