"""The figures of lecture 08 on filters and weights say what their data say."""

import numpy as np
import pytest

from dlcourse.viz import flipbook
from dlcourse.viz.filter_figures import (
    curves_with_spread,
    filtered,
    search,
    signal_and_response,
    sliding_frames,
)
from dlcourse.viz.weight_sharing_figures import blocked_matrix, three_layers, two_worlds


def texts(ax):
    return [text.get_text() for text in ax.texts]


def title(figure):
    return figure.get_suptitle()


def test_the_peak_is_named_with_its_place():
    y = np.array([0.0, 1.0, 4.25, 0.5])
    figure = signal_and_response(np.arange(6.0), y, np.ones(3), title="found")
    assert texts(figure.axes[1]) == ["  4.2 at 2"]
    assert texts(figure.axes[0]) == ["  the 3 numbers"]


def test_a_sliding_kernel_fills_its_response_in_reading_order():
    image = np.arange(12).reshape(3, 4)
    kernel = np.array([[1, 0], [0, -2]])
    response = np.array([[-10, -11, -12], [-14, -15, -16]])
    for i, j in np.ndindex(2, 3):
        assert response[i, j] == image[i, j] - 2 * image[i + 1, j + 1]
    frames = sliding_frames(image, kernel, response)
    assert len(frames) == 6
    assert title(frames[0]) == "(0, 0): 0 − 10 = −10"
    assert title(frames[4]) == "(1, 1): 5 − 20 = −15"
    # 12 pixels, 4 weights, the outputs so far and three headings.
    assert [len(frame.axes[0].texts) for frame in frames] == [12 + 4 + 3 + k for k in range(1, 7)]
    window = frames[4].axes[0].patches[0]
    assert (window.get_xy(), window.get_width(), window.get_height()) == ((1, 1), 2, 2)
    assert len(flipbook(frames, slider="place", alt="A kernel slides.")) == 6


def test_a_stride_moves_the_window_further():
    frames = sliding_frames(
        np.eye(5, dtype=int), np.eye(3, dtype=int), np.full((2, 2), 3), stride=2
    )
    assert [frame.axes[0].patches[0].get_xy() for frame in frames] == [
        (0, 0),
        (2, 0),
        (0, 2),
        (2, 2),
    ]


@pytest.mark.parametrize(("signed", "limits"), [(False, (0, 1)), (True, (-3, 3))])
def test_grey_is_zero_where_responses_have_signs(signed, limits):
    picture = np.array([[-3.0, 1.0], [0.0, 2.0]])
    figure = filtered(np.array([[-1, 0, 1]]), picture, "edges", signed=signed)
    left, right = figure.axes
    assert right.images[0].get_clim() == limits
    assert texts(left) == ["−1", "0", "1"]
    assert texts(filtered(np.ones((9, 9)), picture).axes[0]) == []


def test_curves_carry_the_mean_in_the_band_of_all_seeds():
    runs = [[0.0, 0.5], [1.0, 0.5]]
    figure = curves_with_spread([1, 2], {"a": runs}, xlabel="x", ylabel="y")
    ax = figure.axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.25, 0.75])
    band = ax.collections[0].get_paths()[0].vertices
    assert {tuple(v) for v in band} >= {(1.0, 0.0), (1.0, 0.5), (2.0, 0.5), (2.0, 1.0)}
    assert texts(ax) == ["a"]


def test_the_search_frames_where_each_way_looks():
    figure = search(np.zeros((20, 30)), (4, 6, 5, 5), {"plain": (0, 25), "normalized": (4, 6)})
    corners = [patch.get_xy() for patch in figure.axes[0].patches]
    assert corners == [(4, 2), (25, 0), (6, 4)]
    assert texts(figure.axes[0]) == ["plain", "normalized"]


def test_letters_are_equal_where_weights_are():
    shared = np.array([[1, 2, 0], [0, 1, 2]])
    local = np.array([[1, 2, 0], [0, 3, 4]])
    figure = three_layers([local, shared], ["4 weights", "2 weights"])
    grids = figure.axes[2:]
    assert [texts(grid) for grid in grids] == [["a", "b", "c", "d"], ["a", "b", "a", "b"]]
    for ax, matrix in zip(figure.axes[:2], (local, shared), strict=True):
        wires = ax.lines[:-2]  # then the inputs and the outputs
        assert len({line.get_color() for line in wires}) == len(wires) == matrix.max()
        for weight, line in enumerate(wires, start=1):
            starts = line.get_xdata()[::3]
            assert starts.tolist() == np.nonzero(matrix == weight)[1].tolist()


def test_the_matrix_shows_signs_and_lets_zeros_through():
    figure = blocked_matrix(np.array([[2.0, -1.0], [0.0, 2.0]]), 2)
    shade = np.asarray(figure.axes[0].images[0].get_array())
    assert shade[0, 0].tolist() == [0xD5, 0x5E, 0, 255]
    assert shade[0, 1].tolist() == [0, 0x72, 0xB2, 128]
    assert shade[1, 0, 3] == 0


def test_two_worlds_have_a_panel_each():
    layers = {"full": [[4.0, 2.0], [1.0, 1.0]], "shared": [[1.0, 1.0], [0.5, 0.25]]}
    figure = two_worlds([2, 4], {"A": layers, "B": layers}, title="bets")
    assert [ax.get_title("left") for ax in figure.axes] == ["A", "B"]
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), [3.0, 1.0])
    assert [t.get_text() for t in figure.axes[1].get_legend().get_texts()] == ["full", "shared"]
