import re

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure

from dlcourse import nn, viz
from dlcourse.viz.style import CYCLE

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, size=(60, 2))
WEIGHT, BIAS = np.array([1.0, -0.5]), 0.2
LIMITS = (-2.0, 2.0, -1.0, 1.0)


def score(points):
    return points @ WEIGHT + BIAS


def rings(points):
    """Scores of three classes: the rings around the origin."""
    radius = np.hypot(*points.T)
    return np.stack([-radius, -np.abs(radius - 0.7), radius - 1.2], axis=1)


def centres(count, limits=LIMITS):
    """Where the bitmap's pixels lie, worked out from the frame alone."""
    left, right, bottom, top = limits
    column = [left + (i + 0.5) * (right - left) / count for i in range(count)]
    row = [bottom + (i + 0.5) * (top - bottom) / count for i in range(count)]
    return np.array([[(a, b) for a in column] for b in row])


def painted(figure):
    """The class of each pixel, read from its colour; row 0 at the bottom."""
    image = figure.axes[0].images[0]
    assert image.origin == "lower"
    pixels = np.asarray(image.get_array())[..., :3]
    colors = np.array([list(bytes.fromhex(color[1:])) for color in CYCLE])
    return (pixels[..., None, :] == colors).all(axis=-1).argmax(axis=-1)


def draw(predict, y, x=X, **options):
    return viz.decision_boundary(predict, x, y, **{"limits": LIMITS, "resolution": 40, **options})


def boundary(figure):
    lines = [c for c in figure.axes[0].collections if isinstance(c, ContourSet) and not c.filled]
    return np.concatenate([path.vertices for line in lines for path in line.get_paths()])


@pytest.mark.parametrize(
    ("predict", "labels"),
    [
        (lambda p: np.sign(score(p)), (-1, 1)),
        (lambda p: (score(p) > 0).astype(int), (0, 1)),
        (lambda p: np.where(score(p) > 0, "yes", "no"), ("no", "yes")),
        (score, (0, 1)),
        (lambda p: score(p)[:, None], (0, 1)),
        (lambda p: 1 / (1 + np.exp(-score(p))), (0, 1)),
        (lambda p: np.stack([-score(p), score(p)], axis=1), (0, 1)),
    ],
    ids=["signs", "integers", "names", "scores", "column", "probabilities", "two scores"],
)
def test_regions_are_what_predict_says_at_each_pixel(predict, labels):
    y = np.array(labels)[(score(X) > 0).astype(int)]
    figure = draw(predict, y)
    np.testing.assert_array_equal(painted(figure), score(centres(40)) > 0)


def test_regions_of_several_classes():
    figure = draw(rings, rings(X).argmax(axis=1))
    expected = np.array([rings(row).argmax(axis=1) for row in centres(40)])
    assert set(np.unique(expected)) == {0, 1, 2}
    np.testing.assert_array_equal(painted(figure), expected)


def test_a_threshold_can_be_named():
    figure = draw(score, score(X) > 0, threshold=0.6)
    np.testing.assert_array_equal(painted(figure), score(centres(40)) > 0.6)


def test_the_line_of_scores_is_where_they_are_zero():
    points = boundary(draw(score, score(X) > 0))
    inside = (np.abs(points) < [1.9, 0.95]).all(axis=1)
    assert inside.sum() > 10
    np.testing.assert_allclose(score(points[inside]), 0, atol=1e-9)


def test_the_line_of_labels_is_within_a_pixel_of_the_truth():
    points = boundary(draw(lambda p: np.sign(score(p)), np.sign(score(X)), resolution=100))
    distance = np.abs(score(points)) / np.linalg.norm(WEIGHT)
    assert distance.max() < 4 / 100


def test_the_regions_differ_by_hatch_too():
    figure = draw(rings, rings(X).argmax(axis=1))
    filled = [c for c in figure.axes[0].collections if isinstance(c, ContourSet) and c.filled]
    assert [c.hatches for c in filled] == [["//"], ["\\\\"]]


def test_each_class_has_its_marker_and_all_points_are_drawn():
    y = rings(X).argmax(axis=1)
    figure = draw(rings, y)
    clouds = [c for c in figure.axes[0].collections if isinstance(c, PathCollection)]
    assert len({c.get_paths()[0].vertices.tobytes() for c in clouds}) == 3
    for k, cloud in enumerate(clouds):
        np.testing.assert_array_equal(cloud.get_offsets(), X[y == k])


def test_one_class_everywhere_is_drawn_without_a_line():
    figure = draw(lambda p: np.ones(len(p), dtype=int), np.arange(60) % 2)
    assert (painted(figure) == 1).all()
    lines = [c for c in figure.axes[0].collections if isinstance(c, ContourSet) and not c.filled]
    assert lines == []


def test_the_arrow_stands_on_the_boundary_at_a_right_angle():
    figure = draw(score, score(X) > 0, weight=WEIGHT, bias=BIAS)
    ax = figure.axes[0]
    arrow = next(text for text in ax.texts if text.arrow_patch is not None)
    foot, tip = np.array(arrow.xyann), np.array(arrow.xy)
    assert score(foot) == pytest.approx(0)
    np.testing.assert_allclose(np.cross([*(tip - foot), 0], [*WEIGHT, 0]), 0, atol=1e-12)
    assert score(tip) > 0
    assert ax.get_aspect() == 1


def test_a_zero_weight_has_no_arrow():
    figure = draw(lambda p: np.zeros(len(p)), score(X) > 0, weight=(0, 0))
    assert not [text for text in figure.axes[0].texts if text.arrow_patch is not None]


def test_examples_can_be_circled():
    figure = draw(score, score(X) > 0, highlight=[3, 5])
    rings_drawn = [c for c in figure.axes[0].collections if isinstance(c, PathCollection)][-1]
    np.testing.assert_array_equal(rings_drawn.get_offsets(), X[[3, 5]])
    assert len(rings_drawn.get_facecolors()) == 0


def test_predict_gets_the_dtype_of_the_data():
    seen = []
    draw(lambda p: seen.append(p.dtype) or score(p), score(X) > 0, x=X.astype(np.float32))
    assert seen == [np.float32]


def test_the_frame_follows_the_data():
    figure = viz.decision_boundary(score, X, score(X) > 0, resolution=10)
    low, high = X.min(axis=0), X.max(axis=0)
    left, right = figure.axes[0].get_xlim()
    assert left < low[0] < high[0] < right


def test_it_draws_into_the_axes_it_is_given():
    figure = Figure()
    ax = figure.subplots(1, 2)[1]
    assert draw(score, score(X) > 0, ax=ax, title="here") is figure
    assert ax.get_title(loc="left") == "here"


@pytest.mark.parametrize(
    ("predict", "x", "y", "message"),
    [
        (score, X[:, :1], X[:, 0] > 0, "x must be points of the plane, shape (N, 2), got (60, 1)"),
        (score, X, np.zeros(5), "y must be one label a point, shape (60,), got (5,)"),
        (score, X, np.arange(60) % 7, "at most 6 classes can be told apart, got 7"),
        (score, X, np.arange(60) % 3, "one score a point separates two classes, y has 3"),
        (lambda p: p[:5, 0], X, X[:, 0] > 0, "predict must return (1600,) labels or scores"),
        (lambda p: np.full(len(p), 7), X, np.arange(60) % 2, "the label 7, which is not in y"),
    ],
)
def test_errors_say_what_was_expected_and_what_came(predict, x, y, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        draw(predict, y, x=x)


def test_a_network_can_be_drawn_and_owes_nothing_afterwards():
    net = nn.Linear(2, 2)
    figure = draw(net, score(X) > 0, x=X.astype(np.float32))
    expected = centres(40) @ net.weight.data.T + net.bias.data
    np.testing.assert_array_equal(painted(figure), expected.argmax(axis=-1))
    with pytest.raises(RuntimeError):
        net.backward(np.ones((1600, 2), dtype=np.float32))


def test_a_perceptron_can_be_drawn():
    labels = np.sign(score(X)).astype(int)
    perceptron = nn.Perceptron(2)
    perceptron.fit(X, labels, max_epochs=5)
    figure = draw(perceptron.predict, labels, weight=perceptron.weight, bias=perceptron.bias)
    flat = perceptron.predict(centres(40).reshape(-1, 2)).reshape(40, 40)
    np.testing.assert_array_equal(painted(figure), flat > 0)
