"""The figures of lecture 07 say what their data say."""

import numpy as np
import pytest

from dlcourse.viz import flipbook
from dlcourse.viz.coordinate_figures import (
    drawing_frames,
    fit_frames,
    gram_frames,
    photographs,
    psnr_lines,
    speeds,
    what_is_missing,
)
from dlcourse.viz.position_figures import ray_through_a_scene, word_positions


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_photographs_stand_under_their_names_in_bytes():
    red = np.zeros((3, 4, 3))
    red[..., 0] = 1.2  # beyond what a screen can show
    figure = photographs({"a": red, "b": 0.5 * np.ones((3, 4, 3))}, title="two")
    assert [ax.get_title() for ax in figure.axes] == ["a", "b"]
    pixels = [np.asarray(ax.images[0].get_array()) for ax in figure.axes]
    assert pixels[0][0, 0].tolist() == [255, 0, 0]
    assert pixels[1][0, 0].tolist() == [128, 128, 128]


def test_fits_share_their_axes():
    x = np.linspace(0, 1, 5)
    fits = np.array([0 * x, 3 * x])
    frames = fit_frames(x, x, fits, ["first", "second"])
    limits = [frame.axes[0].get_ylim() for frame in frames]
    assert limits[0] == limits[1]
    assert limits[0][1] > 3
    np.testing.assert_array_equal(frames[1].axes[0].lines[1].get_ydata(), fits[1])
    assert len(flipbook(frames, slider="step", alt="A curve is fitted.")) == 2


@pytest.mark.parametrize("draw", [what_is_missing, speeds])
def test_lines_are_means_in_the_band_of_all_seeds(draw):
    runs = np.array([[1.0, 0.5, 0.25], [1.0, 0.7, 0.75]])
    ax = draw(np.array([1, 2, 4]), {"raw": runs, "coded": runs / 2}).axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [1.0, 0.6, 0.5])
    band = ax.collections[0].get_paths()[0].vertices
    assert {tuple(v) for v in band} >= {(2.0, 0.5), (2.0, 0.7), (4.0, 0.25), (4.0, 0.75)}
    assert set(texts(ax)) == {"raw", "coded"}
    styles = {(line.get_color(), line.get_linestyle()) for line in ax.lines[:2]}
    assert len(styles) == 2


def test_likeness_is_a_colour_for_its_sign_and_a_strength_for_its_size():
    x = np.array([0.0, 0.5, 1.0])
    gram = np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.5], [0.0, 0.5, 1.0]])
    (frame,) = gram_frames(x, [gram], ["three places"])
    shade = np.asarray(frame.axes[0].images[0].get_array())
    assert shade[0, 0].tolist() == [0xD5, 0x5E, 0x00, 255]
    assert shade[0, 1].tolist() == [0x00, 0x72, 0xB2, 255]
    assert shade[0, 2, 3] == 0
    assert shade[1, 2, 3] == 128
    np.testing.assert_array_equal(frame.axes[1].lines[0].get_ydata(), gram[1])


def test_psnr_stands_at_equal_distances_and_one_place_is_marked():
    lines = {"shown": [[20.0, 22.0], [30.0, 32.0]], "not shown": [[19.0, 21.0], [9.0, 11.0]]}
    ax = psnr_lines(["raw", "4"], lines, at=1).axes[0]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["raw", "4"]
    rings = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in rings] == [(1, 31.0), (1, 10.0)]


def test_each_drawing_has_its_place_on_the_hill():
    photograph, drawings = np.zeros((4, 4, 3)), [np.zeros((4, 4, 3)), np.ones((4, 4, 3))]
    lines = {"not shown": [[20.0, 21.0], [25.0, 26.0]]}
    names = ["from raw", "from 4"]
    frames = drawing_frames(photograph, drawings, ["raw", "4"], lines, ["blur", "sharp"], names)
    assert [frame.get_suptitle() for frame in frames] == ["blur", "sharp"]
    for at, frame in enumerate(frames):
        left, right, below = frame.axes
        assert (left.get_title(), right.get_title()) == ("the photograph", names[at])
        assert np.asarray(right.images[0].get_array())[0, 0, 0] == 255 * at
        ring = next(line for line in below.lines if len(line.get_xdata()) == 1)
        assert ring.get_xdata()[0] == at
    assert len(flipbook(frames, slider="bandwidth", values=["raw", 4], alt="Drawings.")) == 2


def test_codes_of_words_are_grey_levels():
    table = np.array([[-1.0, 0.0], [0.0, 1.0]])
    figure = word_positions(table, {0: ([0, 1], [1.0, 0.5]), 1: ([0, 1], [1.0, 0.5])})
    grey = np.asarray(figure.axes[0].images[0].get_array())
    assert grey.tolist() == [[0, 128], [128, 255]]
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert labels == ["from place 0", "from place 1"]


def test_a_ray_is_drawn_with_its_weights():
    along = np.linspace(0.5, 2.0, 4)
    density, weights = np.array([0.0, 2.0, 4.0, 0.0]), np.array([0.0, 0.6, 0.3, 0.0])
    balls = [(1.2, 0.1, 0.4, (1.0, 0.5, 0.0))]
    figure = ray_through_a_scene(balls, along, density, weights, (0.2, 0.4, 0.6), title="a ray")
    scene, graph = figure.axes
    dots = scene.collections[0]
    assert dots.get_offsets()[:, 0].tolist() == [1.0, 1.5]  # samples that count
    assert dots.get_sizes()[0] == pytest.approx(2 * dots.get_sizes()[1])
    np.testing.assert_allclose(graph.lines[0].get_ydata(), [0, 0.5, 1, 0])
    np.testing.assert_allclose(graph.lines[1].get_ydata(), [0, 1, 0.5, 0])
