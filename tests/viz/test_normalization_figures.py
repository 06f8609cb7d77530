"""The figures of lecture 06 on normalization say what their data say."""

import numpy as np

from dlcourse.viz import flipbook
from dlcourse.viz.normalization_figures import (
    accuracy_by_size,
    averaged_together,
    layer_histograms,
    signal_by_depth,
)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_numbers_that_share_a_mean_are_shaded_and_hatched():
    values = np.arange(12).reshape(2, 3, 2)
    together = np.indices(values.shape)[1] == 1
    figure = averaged_together(values, together, title="batch norm")
    (ax,) = figure.axes
    shaded = [patch for patch in ax.patches if patch.get_hatch()]
    assert len(ax.patches) == 12
    assert len(shaded) == together.sum() == 4
    assert {patch.get_y() for patch in shaded} == {1}
    bold = {int(text.get_text()) for text in ax.texts if text.get_weight() == "bold"}
    assert bold == set(values[together].tolist())
    assert {"example 2", "channel 3", "2 places"} <= set(texts(ax))


def test_histograms_share_axes_and_name_what_lies_outside():
    rng = np.random.default_rng(0)
    groups = {
        "as they are": {"small": 0.1 * rng.normal(size=5000), "large": 9 * rng.normal(size=5000)},
        "batch norm": {"small": rng.normal(size=(50, 100)), "large": rng.normal(size=5000)},
    }
    figure = layer_histograms(groups, title="Layer 3")
    narrow, wide, *_ = figure.axes
    assert len(figure.axes) == 4
    assert [ax.get_title("left") for ax in figure.axes] == ["small", "large"] * 2
    assert texts(narrow) == ["σ = 0.1"]
    (text,) = texts(wide)
    outside = np.mean(np.abs(groups["as they are"]["large"]) > 4)
    assert text == f"σ = 9\n{outside:.0%} outside"
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in figure.axes}) == 1
    heights = narrow.patches[0].get_data().values
    np.testing.assert_allclose(heights.sum(), 1)
    assert len(flipbook([figure], slider="layer", alt="Histograms.")) == 1


def test_sizes_stand_on_a_doubling_axis():
    figure = accuracy_by_size([2, 4, 8], {"a": [[0.1], [0.2], [0.9]]}, xlabel="examples")
    (ax,) = figure.axes
    assert ax.get_xscale() == "log"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2", "4", "8"]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.1, 0.2, 0.9])


def test_two_panels_by_depth():
    commons = {"He": [[0.1, 0.5], [0.3, 0.7]], "batch norm": [[0.0, 0.0]]}
    variances = {"He": [[1.0, 0.1], [1.0, 0.3]], "batch norm": [[1.0, 1.0]]}
    figure = signal_by_depth(commons, variances, title="nine tenths")
    left, right = figure.axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), [0.2, 0.6])
    np.testing.assert_allclose(right.lines[0].get_ydata(), [1.0, 0.2])
    assert set(texts(right)) == {"He", "batch norm"}
    assert right.get_yscale() == "log"
    assert figure.get_suptitle() == "nine tenths"
