"""The worked numbers of lecture 03, each computed again in another way."""

import math
from fractions import Fraction
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from dlcourse import data, nn
from tests.notebooks.lecture_cells import lecture_of, run_cells

LECTURE = Path(__file__).parents[2] / "lectures" / "03_multilayer_perceptrons.ipynb"
# Trainings that take seconds and that no quick test needs; the figures need them.
TRAININGS = {
    "row-trained",
    "batches",
    "race",
    "race-table",
    "fold-learned",
    "contest-run",
    "patience",
    "rbm",
    "rbm-filters",
    "rbm-run",
    "search-solution-run",
}
FIGURES = ("picture", "figure", "flipbook", "walk")


def takes_long(cell):
    return cell["id"] in TRAININGS or cell["id"].endswith(FIGURES)


@pytest.fixture(scope="module")
def printed(request):
    """As of the other lectures, less what no quick test needs."""
    return run_cells(lecture_of(request.module), left_out=takes_long)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def test_one_layer_by_hand(lecture):
    assert lecture["z1"].tolist() == [[1 * 1 + -2 * -1 + 1, -1 * 1 + 1 * -1 + 0]] == [[4, -2]]
    assert lecture["a1"][0].tolist() == pytest.approx([sigmoid(4), sigmoid(-2)])
    assert lecture["a1"][0].round(2).tolist() == [0.98, 0.12]  # deck 002


@pytest.mark.parametrize(
    ("start", "two_digits", "four_digits"),
    [((1, -1), [0.62, 0.83], [0.6177, 0.8291]), ((0, 0), [0.51, 0.85], [0.5118, 0.8544])],
)
def test_three_layers_of_deck_002(lecture, start, two_digits, four_digits):
    h = list(start)
    for weight, bias in (
        ([[1, -2], [-1, 1]], [1, 0]),
        ([[2, -1], [-2, -1]], [0, 0]),
        ([[3, -1], [-1, 4]], [-2, 2]),
    ):
        h = [
            sigmoid(sum(w * a for w, a in zip(row, h, strict=True)) + b)
            for row, b in zip(weight, bias, strict=True)
        ]
    out = lecture["walks"][start][-1]
    assert out.tolist() == pytest.approx(h)
    assert out.round(4).tolist() == four_digits
    assert out.round(2).tolist() == two_digits


def test_softmax_of_deck_002(lecture):
    expected = [0.0236405, 0.0642617, 0.174681, 0.474833, 0.0236405, 0.0642617, 0.174681]
    assert lecture["p"].tolist() == pytest.approx(expected, abs=5e-7)


def test_tanh_is_a_stretched_sigmoid(lecture):
    assert lecture["difference"] < 1e-15
    for point, values in lecture["walks"].items():
        assert lecture["in_tanh"](point) == pytest.approx(values[-1], abs=1e-14)


def test_the_slope_of_the_leaky_relu_is_positive(lecture):
    assert lecture["nudged"] == pytest.approx(0.02)


def test_the_written_down_network_meets_every_point(lecture):
    points = data.load("china").image[200].mean(axis=1).reshape(160, 4).mean(axis=1)
    assert sum(p.size for p in lecture["exact"].parameters()) == 159 * 3 + 1 == 478
    np.testing.assert_allclose(
        lecture["exact"](lecture["place"][:, None])[:, 0], points, atol=1e-10
    )


def test_between_its_points_it_is_straight(lecture):
    x, y = np.array([0.0, 0.25, 1.0]), np.array([1.0, -1.0, 3.0])
    between = np.linspace(0, 1, 33)
    net = lecture["written_down"](x, y)
    np.testing.assert_allclose(net(between[:, None])[:, 0], np.interp(between, x, y), atol=1e-14)


def test_a_bump_by_hand(lecture):
    bump = lecture["bump"]
    assert bump(np.array(0.45), 0.3, 0.6, 20) == pytest.approx(sigmoid(3) - sigmoid(-3))
    assert round(sigmoid(3) - sigmoid(-3), 3) == 0.905
    assert bump(np.array(0.9), 0.3, 0.6, 20) == pytest.approx(sigmoid(12) - sigmoid(6))


def test_errors_fall_as_the_theory_says(lecture):
    units = lecture["units"]
    for errors, limit in ((lecture["steps"], "steps"), (lecture["bends"], "bends")):
        ratio = np.array(errors) / lecture["at_most"][limit]
        assert np.all(ratio <= 1 + 1e-4)
        assert ratio[-1] > 0.97  # the bound is met
    assert lecture["at_most"]["steps"][-1] == pytest.approx(2 * math.pi / units[-1])


def test_the_fish_is_the_union_of_two_polygons(lecture):
    path = matplotlib.path.Path
    shapes = [path(lecture["body"]), path(lecture["tail"])]
    points = np.random.default_rng(0).uniform((-1.3, -0.9), (1.3, 0.9), (4000, 2))
    inside = np.any([shape.contains_points(points) for shape in shapes], axis=0)
    answer = lecture["fish"](points)[:, 0] > 0.5
    # A steep sigmoid is no step: points that all but lie on an edge may fall on either side.
    assert np.mean(answer != inside) < 0.02
    assert sum(p.size for p in lecture["fish"].parameters()) == 9 * 3 + 2 * 10 + 3 == 50


def test_folds_by_hand(lecture):
    x, path = Fraction(3, 10), []
    for _ in range(3):
        x = 2 * x if x < Fraction(1, 2) else 2 - 2 * x
        path.append(x)
    assert path == [Fraction(3, 5), Fraction(4, 5), Fraction(2, 5)]
    for depth, value in enumerate(path, start=1):
        out = lecture["folding_network"](depth)(np.array([[0.3]]))
        assert out.item() == pytest.approx(float(value))


@pytest.mark.parametrize(("depth", "deep", "shallow"), [(3, 19, 22), (10, 61, 3070)])
def test_teeth_and_their_price(lecture, depth, deep, shallow):
    net = lecture["folding_network"](depth)
    assert sum(p.size for p in net.parameters()) == deep
    assert lecture["shallow"][depth - 1] == shallow
    y = net(np.linspace(0, 1, 2**depth + 1)[:, None])[:, 0]
    np.testing.assert_array_equal(y, np.arange(2**depth + 1) % 2)  # 2ᵈ pieces, up and down


def test_likelihood_and_cross_entropy(lecture):
    loss = -(math.log(0.5) + math.log(0.8) + math.log(0.9)) / 3
    assert round(loss, 3) == 0.341
    assert math.exp(-loss) == pytest.approx((0.5 * 0.8 * 0.9) ** (1 / 3))
    assert round(math.exp(-loss), 3) == 0.711


def test_wrong_and_sure(lecture):
    p = sigmoid(-8.0)
    assert lecture["sure"]["cross-entropy"] == pytest.approx(p - 1)
    assert lecture["sure"]["squared error"] == pytest.approx(-4 * p * (1 - p) ** 2)


def test_budgets(lecture):
    for n_in, n_out, depth, budget in ((64, 10, 1, 5000), (64, 10, 8, 5000), (2, 2, 3, 600)):
        width = lecture["widest"](n_in, n_out, depth, budget)
        sizes = [n_in, *[width] * depth, n_out]
        net = lecture["relu_network"](sizes, np.random.default_rng(0))
        count = sum(p.size for p in net.parameters())
        assert count == lecture["parameters"](n_in, n_out, width, depth) <= budget
        assert lecture["parameters"](n_in, n_out, width + 1, depth) > budget


def test_the_first_layer_never_comes_back(lecture):
    assert not lecture["back"][:, 0].any()
    assert lecture["back"][:, 1].all()
    assert 0.4 < lecture["died"][:, -1, 0].mean() < 0.65  # "half of the first layer"


def test_two_softmaxes_have_a_floor(lecture):
    best = np.zeros((1, 10))
    best[0, 3] = 1.0
    loss = nn.CrossEntropyLoss()(best, np.array([3]))
    assert lecture["floor"] == pytest.approx(float(loss))
    assert round(float(loss), 3) == 1.461
    assert lecture["history"].loss[-1] > lecture["floor"] > lecture["mended"].loss[-1]


@pytest.mark.slow
def test_the_experiments_come_out_as_the_text_says(request):
    lecture = run_cells(lecture_of(request.module))[None]
    assert max(lecture["missed"]) < 0.5 * lecture["brightness"].std()  # it learned something
    assert min(lecture["missed"]) > 0.05  # and missed the fine parts
    assert np.mean(lecture["waited"]["sigmoid − ½"]) < 0.7 * np.mean(lecture["waited"]["sigmoid"])
    waited = {name: np.mean(epochs) for name, epochs in lecture["waited"].items()}
    assert waited["tanh"] < waited["ReLU"] < waited["sigmoid"]
    assert waited["tanh"] < waited["sigmoid − ½"]
    ends = lecture["by_rate"]
    assert np.all(ends["sigmoid − ½"].mean(axis=1) > ends["sigmoid"].mean(axis=1))
    assert min(min(errors) for errors in lecture["learned"].values()) > 0.2
    spirals = lecture["accuracy"]["spirals, 600 parameters"].mean(axis=1)
    digits = lecture["accuracy"]["digits, 5,000 parameters"].mean(axis=1)
    assert spirals[0] < 0.8
    assert spirals[2] > 0.99
    assert np.ptp(digits[:3]) < 0.01
    assert digits[3] < digits[0] - 0.01
    assert spirals[3] < spirals[2]
    assert min(lecture["patient"]) > 0.98
    started = lecture["mean"]
    assert max(started["random"], started["RBM, shuffled"]) < 0.2
    assert min(started["RBM"], started["random × 4"], started["ReLU"]) > 0.85
