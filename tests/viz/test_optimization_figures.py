"""The figures of lecture 05 say what their data say."""

import numpy as np
import pytest

from dlcourse.viz.optimization_figures import (
    curves,
    decay_of_two,
    falling_rates,
    in_a_ravine,
    valley,
    valleys,
)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_a_line_of_seeds_is_their_geometric_mean_in_its_band():
    lines = {"a": [[1.0, 4.0], [10.0, 10.0]], "b": [2.0, 3.0]}
    ax = curves([1, 2], lines, xlabel="x", ylabel="y").axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [2, 10])
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [2, 3])
    band = {tuple(v) for v in ax.collections[0].get_paths()[0].vertices}
    assert band >= {(1.0, 1.0), (1.0, 4.0)}
    assert len(ax.collections) == 1
    assert sorted(texts(ax)) == ["a", "b"]
    assert ax.get_yscale() == "log"
    assert ax.get_xscale() == "linear"


def test_without_logarithms_the_mean_is_the_usual_one():
    ax = curves([1, 2], {"a": [[1.0, 4.0], [0.0, 2.0]]}, xlabel="", ylabel="", log="").axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [2.5, 1])


@pytest.mark.parametrize(
    ("means", "found"),
    [
        ([0.1, 0.9, 0.95, 0.2, 0.99], (2, 3)),
        ([0.9, 0.1, 0.1, 0.9, 0.9], (4, 5)),
        ([0.9, 0.9, 0.9, 0.9, 0.9], (1, 5)),
        ([0.1, 0.1, 0.1, 0.1, 0.91], (5, 5)),
        ([0.1, 0.1, 0.1, 0.1, 0.1], None),
    ],
)
def test_the_valley_is_the_widest_run_of_good_rates(means, found):
    seeds = np.array(means)[:, None] + np.array([-0.05, 0.05])
    assert valley([1, 2, 3, 4, 5], seeds, 0.9 - 1e-9) == found


def test_each_optimizer_has_a_panel_with_its_width():
    runs = {"wide": [[0.95], [0.95], [0.95]], "narrow": [[0.1], [0.95], [0.1]], "none": [[0.1]] * 3}
    figure = valleys([0.1, 1.0, 10.0], runs, 0.9, title="found")
    titles = [ax.get_title("left") or ax.get_title() for ax in figure.axes[:3]]
    assert titles == ["wide\n2.0 decades", "narrow\n0.0 decades", "none\nno rate reaches it"]
    assert not figure.axes[3].axison
    bar = figure.axes[0].lines[-1]
    assert list(bar.get_xdata()) == [0.1, 10.0]


def test_the_ravine_has_the_path_and_its_losses():
    path = np.array([[1.0, 1.0], [0.5, -0.1], [0.0, 0.0]])
    left, right = in_a_ravine(path, [1, 50], 0.01, title="β").axes
    np.testing.assert_array_equal(left.lines[0].get_xydata(), path)
    np.testing.assert_allclose(right.lines[0].get_ydata(), [25.5, 0.125 + 0.25, 1e-9])


def test_rates_stand_beside_the_losses_they_lead_to():
    rates = {"constant": [1.0, 1.0], "falling": [1.0, 0.5]}
    losses = {name: np.full((2, 3), 0.1) for name in rates}
    left, right = falling_rates(rates, losses, limits=(0.01, 1)).axes
    np.testing.assert_array_equal(left.lines[1].get_ydata(), [1.0, 0.5])
    assert sorted(texts(right)) == ["constant", "falling"]
    assert right.get_ylim() == (0.01, 1)


def test_bars_are_means_with_their_reach():
    shares = {"Adam": ([0.2, 0.4], [0.9, 1.0]), "AdamW": ([0.6, 0.6], [0.5, 0.7])}
    ax = decay_of_two(shares).axes[0]
    heights = [bar.get_height() for bar in ax.patches]
    assert heights == pytest.approx([0.3, 0.6, 0.95, 0.6])
    assert {bar.get_hatch() for bar in ax.patches} == {"", "//"}
