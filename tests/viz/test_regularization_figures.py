"""The figures of lecture 06 on regularization say what their data say."""

import numpy as np
import pytest

from dlcourse.viz import flipbook
from dlcourse.viz.regularization_figures import error_by_examples, memorized, penalty_frames


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_line_at_as_many_examples_as_weights():
    curves = {"plain": [[2.0, 4.0], [8.0, 12.0], [1.0, 1.0]], "ridge": np.ones((3, 2))}
    figure = error_by_examples([4, 21, 64], curves, 21, title="a hump")
    (ax,) = figure.axes
    assert ax.get_title("left") == "a hump"
    assert set(ax.lines[0].get_xdata()) == {21}
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), [3, 10, 1])
    assert {"plain", "ridge", "  as many examples as weights: 21"} == set(texts(ax))
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["4", "21", "64"]


@pytest.fixture
def frames():
    x = np.array([0.0, 0.5])
    errors = {"training": np.array([0.01, 0.2]), "new points": np.array([0.5, 0.1])}
    fits = [np.zeros(3), np.ones(3)]
    return penalty_frames((x, x), (np.arange(3.0), np.arange(3.0)), fits, [1e-3, 10.0], errors)


def test_the_frame_shows_its_fit_and_marks_its_penalty(frames):
    left, right = frames[1].axes
    np.testing.assert_array_equal(left.lines[1].get_ydata(), np.ones(3))
    marks = [line for line in right.lines if len(line.get_xdata()) == 1]
    assert [(m.get_xdata()[0], m.get_ydata()[0]) for m in marks] == [(10, 0.2), (10, 0.1)]
    assert frames[1].get_suptitle() == "λ = 10: training 0.2, new points 0.1"
    assert frames[0].get_suptitle() == "λ = 10⁻³: training 0.01, new points 0.5"
    assert texts(right) == ["training", "new points"]


def test_only_fit_and_marks_change(frames):
    limits = [[(ax.get_xlim(), ax.get_ylim()) for ax in frame.axes] for frame in frames]
    assert limits[0] == limits[1]
    assert len(flipbook(frames, slider="λ", alt="A fit.")) == 2


def test_a_row_for_each_remedy_with_both_means():
    results = {"nothing": [[1.0, 0.7], [0.9, 0.8]], "dropout": [[0.8, 0.9], [0.8, 0.94]]}
    figure = memorized(results, 0.2, title="lies")
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == list(results)
    assert set(ax.lines[0].get_xdata()) == {0.8}
    bars = [line.get_xdata() for line in ax.lines if line.get_linestyle() == "-"]
    np.testing.assert_allclose(bars, [[0.95, 0.75], [0.8, 0.92]])
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["labels as given", "new pictures"]
    assert len({line.get_marker() for line in ax.lines if line.get_label() in legend}) == 2
