import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from dlcourse import viz


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
