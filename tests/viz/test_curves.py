import types

import numpy as np
import pytest

from dlcourse import nn, viz
from dlcourse.optim import SGD
from dlcourse.viz.curves import DASHES


def history(scale=1.0, epochs=12, validation=True):
    loss = [scale * 2.0 / (1 + epoch) for epoch in range(epochs)]
    extra = [value + 0.2 for value in loss] if validation else []
    accuracy = [1 - value / 4 for value in loss]
    return types.SimpleNamespace(
        loss=loss, accuracy=accuracy, val_loss=extra, val_accuracy=[], seconds=[0.1] * epochs
    )


def curves(ax):
    """Lines of more than a point, which marks in the margin are not."""
    return [line for line in ax.get_lines() if len(line.get_xdata()) > 1]


def is_dashed(line):
    return line.get_linestyle() == "--" or line._dash_pattern[1] is not None


def test_training_is_solid_and_validation_dashed():
    given = history()
    (ax,) = viz.training_curves(given).axes
    train, valid = curves(ax)
    np.testing.assert_array_equal(train.get_xdata(), np.arange(1, 13))
    np.testing.assert_array_equal(train.get_ydata(), given.loss)
    np.testing.assert_array_equal(valid.get_ydata(), given.val_loss)
    assert not is_dashed(train)
    assert is_dashed(valid)
    assert train.get_color() != valid.get_color()
    assert ax.get_legend() is None
    assert [text.get_text() for text in ax.texts] == ["training", "validation"]


def test_a_mapping_reads_like_an_object():
    given = history()
    one = viz.training_curves(given).axes[0]
    two = viz.training_curves(vars(given)).axes[0]
    for a, b in zip(curves(one), curves(two), strict=True):
        np.testing.assert_array_equal(a.get_ydata(), b.get_ydata())


def test_several_trainings_differ_by_colour_and_marker_and_carry_their_names():
    (ax,) = viz.training_curves({"ReLU": history(0.5), "tanh": history(2.0)}).axes
    lines = curves(ax)
    assert len(lines) == 4
    assert len({line.get_color() for line in lines}) == 2
    assert len({line.get_marker() for line in lines}) == 2
    assert sorted(text.get_text() for text in ax.texts) == ["ReLU", "tanh"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["training", "validation"]


def test_seeds_are_a_mean_and_a_band_from_smallest_to_largest():
    seeds = [history(scale, validation=False) for scale in (1.0, 2.0, 4.0)]
    (ax,) = viz.training_curves({"net": seeds}).axes
    values = np.array([seed.loss for seed in seeds])
    (line,) = curves(ax)
    np.testing.assert_allclose(line.get_ydata(), values.mean(axis=0))
    (band,) = ax.collections
    corners = band.get_paths()[0].vertices
    for epoch in range(12):
        heights = corners[corners[:, 0] == epoch + 1, 1]
        assert heights.min() == pytest.approx(values[:, epoch].min())
        assert heights.max() == pytest.approx(values[:, epoch].max())


def test_a_plain_list_of_histories_is_one_training_with_seeds():
    (ax,) = viz.training_curves([history(1.0), history(2.0)]).axes
    assert len(curves(ax)) == 2
    assert len(ax.collections) == 2


def test_seeds_that_stopped_early_are_cut_to_the_shortest():
    seeds = [history(epochs=12, validation=False), history(epochs=7, validation=False)]
    (ax,) = viz.training_curves(seeds).axes
    assert len(curves(ax)[0].get_xdata()) == 7


def test_labels_at_the_end_do_not_touch_and_keep_the_order_of_the_lines():
    runs = {f"net {k}": history(1 + 0.001 * k, validation=False) for k in range(6)}
    (ax,) = viz.training_curves(runs).axes
    heights = {text.get_text(): text.xy[1] for text in ax.texts}
    ordered = [heights[f"net {k}"] for k in range(6)]
    assert (np.diff(ordered) > 0.06).all()
    assert min(ordered) >= 0
    assert max(ordered) <= 1


def test_labels_stand_beside_the_ends_of_their_lines():
    given = history()
    (ax,) = viz.training_curves(given, limits=(0, 4)).axes
    for text, last in zip(ax.texts, (given.loss[-1], given.val_loss[-1]), strict=True):
        assert text.xy[1] == pytest.approx(last / 4, abs=0.04)


def test_a_single_epoch_is_a_mark():
    (ax,) = viz.training_curves({"loss": [0.5]}).axes
    (line,) = ax.get_lines()
    assert line.get_marker() == "o"


def test_two_quantities_are_two_panels():
    figure = viz.training_curves(history(), what=("loss", "accuracy"), title="both")
    assert [ax.get_ylabel() for ax in figure.axes] == ["loss", "accuracy"]
    assert figure.get_suptitle() == "both"
    assert figure.axes[1].yaxis.get_major_formatter()(0.5) == "50%"


def test_the_loss_axis_can_be_logarithmic():
    figure = viz.training_curves(history(), what=("loss", "accuracy"), log=True)
    assert [ax.get_yscale() for ax in figure.axes] == ["log", "linear"]


def test_validation_can_be_left_out():
    (ax,) = viz.training_curves(history(), validation=False).axes
    assert len(curves(ax)) == 1
    assert ax.texts == [] or len(ax.texts) == 0


def test_the_dashes_are_dashes():
    assert len(DASHES[1]) == 2
    assert min(DASHES[1]) > 0


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (history(), {"what": "val_accuracy"}, r"the history has no values of 'val_accuracy'"),
        ({"a": {"accuracy": [1]}}, {}, r"the history of 'a' has no values of 'loss'"),
        ({}, {}, r"got no history: give it what fit returned"),
        (history(), {"what": ()}, r"what is empty"),
    ],
)
def test_errors_say_what_is_missing(given, options, message):
    with pytest.raises(ValueError, match=message):
        viz.training_curves(given, **options)


def test_what_fit_returns_can_be_drawn():
    net = nn.Linear(2, 1)
    x = np.linspace(0, 1, 20, dtype=np.float32).reshape(10, 2)
    optimizer = SGD(net.parameters(), lr=0.1)
    y = x[:, :1]
    given = nn.fit(net, nn.MSELoss(), optimizer, x, y, epochs=3, validation=(x, y), rng=0)
    (ax,) = viz.training_curves(given).axes
    train, valid = curves(ax)
    assert train.get_ydata().tolist() == given.loss
    assert valid.get_ydata().tolist() == given.val_loss
