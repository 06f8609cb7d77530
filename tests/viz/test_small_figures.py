import itertools
import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from dlcourse import viz

EVENTS = {
    1943: "McCulloch and Pitts",
    1958: "Perceptron",
    1969: "Minsky and Papert",
    1986: "Backpropagation",
    1998: "LeNet-5",
    2006: "Pre-training",
    2012: "AlexNet",
    2015: "ResNet",
    2017: "Transformer",
}


def test_timeline_labels_stand_at_their_years_and_do_not_overlap():
    figure = viz.timeline(EVENTS, spans=[(1970, 1982, "first winter")])
    viz.show(figure, alt="drawn, so that texts have places")
    texts = figure.axes[0].texts
    found = {text.get_text(): text.get_position()[0] for text in texts}
    for year in EVENTS:
        assert [x for text, x in found.items() if text.startswith(f"{year}\n")] == [year]
    assert found["first winter"] == 1976
    for one, other in itertools.combinations(texts, 2):
        assert not one.get_window_extent().overlaps(other.get_window_extent()), (one, other)


def test_timeline_sorts_a_list_and_keeps_two_events_of_one_year():
    figure = viz.timeline([(1986, "b"), (1958, "a"), (1986, "c")])
    assert [text.get_text() for text in figure.axes[0].texts] == ["1958\na", "1986\nb", "1986\nc"]


def test_timeline_without_events_is_refused():
    with pytest.raises(ValueError, match=r"timeline got no events: give at least one year"):
        viz.timeline({})


@pytest.mark.parametrize("shape", [(6, 5, 4), (6, 1, 5, 4)])
def test_retina_draws_each_image_on_one_scale(shape):
    images = np.random.default_rng(0).uniform(size=shape)
    figure = viz.retina(images, [f"card {i}" for i in range(6)], columns=4)
    panels = [ax for ax in figure.axes if ax.images]
    assert len(figure.axes) == 8
    assert len(panels) == 6
    for i, ax in enumerate(panels):
        np.testing.assert_array_equal(ax.images[0].get_array(), images.reshape(6, 5, 4)[i])
        assert ax.images[0].get_clim() == (images.min(), images.max())
        assert ax.get_title(loc="center") == f"card {i}"


def test_retina_takes_flat_images_and_a_single_one():
    flat = np.arange(32.0).reshape(2, 16)
    panels = viz.retina(flat).axes
    np.testing.assert_array_equal(panels[1].images[0].get_array(), flat[1].reshape(4, 4))
    assert len(viz.retina(np.eye(4)).axes) == 1


def test_retina_of_weights_shows_the_sign_without_colour():
    weights = np.array([[1.0, -1.0], [0.0, -0.5]])
    (ax,) = viz.retina(weights[None], diverging=True).axes
    rgba = np.asarray(ax.images[0].get_array())
    np.testing.assert_array_equal(rgba[..., 3], [[255, 255], [0, 128]])
    assert rgba[0, 0, 0] > rgba[0, 0, 2], "vermillion above zero"
    assert rgba[0, 1, 2] > rgba[0, 1, 0], "blue below"
    (dots,) = ax.get_lines()
    assert set(zip(*(d.tolist() for d in dots.get_data()), strict=True)) == {(1, 0), (1, 1)}


def test_retinas_that_share_a_limit_share_a_scale():
    weights = np.array([[2.0, -1.0], [0.0, 8.0]])
    (ax,) = viz.retina(weights[None], diverging=True, limit=4.0).axes
    opacity = np.asarray(ax.images[0].get_array())[..., 3] / 255
    np.testing.assert_allclose(opacity, [[0.5, 0.25], [0, 1]], atol=0.005)


def test_retina_draws_one_image_into_axes():
    figure = Figure()
    ax = figure.add_subplot()
    assert viz.retina(np.eye(3)[None], ax=ax) is figure
    with pytest.raises(ValueError, match=r"axes hold one image, got 2"):
        viz.retina(np.zeros((2, 3, 3)), ax=ax)


@pytest.mark.parametrize(
    ("images", "titles", "message"),
    [
        (np.zeros(4), None, "images must have shape (N, H, W)"),
        (np.zeros((0, 3, 3)), None, "got (0, 3, 3)"),
        (np.zeros((2, 3, 3)), ["a"], "got 2 images but 1 titles: give one each"),
    ],
)
def test_retina_says_what_it_expected(images, titles, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        viz.retina(images, titles)


def test_bars_and_bounds_have_their_heights():
    figure = viz.measured_against_bound({"wide": [2, 4], "narrow": 31}, {"wide": 9, "narrow": 120})
    (ax,) = figure.axes
    assert [bar.get_y() + bar.get_height() for bar in ax.patches] == [3, 31]
    segments = [c.get_segments()[0] for c in ax.collections]
    levels = [float(s[0][1]) for s in segments if s[0][1] == s[1][1]]
    assert levels == [9, 120]
    spread = [sorted(s[:, 1].tolist()) for s in segments if s[0][0] == s[1][0]]
    assert spread == [[2, 4]]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["wide\n3 ≤ 9", "narrow\n31 ≤ 120"]


def test_a_broken_bound_shows():
    (ax,) = viz.measured_against_bound({"a": [3, 12]}, 10).axes
    assert [t.get_text() for t in ax.get_xticklabels()] == ["a\n12 > 10"]


def test_a_loose_bound_makes_the_axis_logarithmic():
    (ax,) = viz.measured_against_bound({"a": 3, "b": 7}, 1000).axes
    assert ax.get_yscale() == "log"
    assert ax.get_ylim()[0] < 3
    assert ax.get_ylim()[1] > 1000
    assert [bar.get_y() + bar.get_height() for bar in ax.patches] == pytest.approx([3, 7])


def test_a_missing_bound_is_named():
    with pytest.raises(ValueError, match=r"no bound for 'b': bound needs a number for each"):
        viz.measured_against_bound({"a": 1, "b": 2}, {"a": 3})
    with pytest.raises(ValueError, match=r"values is empty"):
        viz.measured_against_bound({}, 3)
