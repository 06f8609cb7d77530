"""The worked numbers of lecture 02, each computed again in another way."""

import itertools
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest
from scipy.optimize import linprog, nnls

from dlcourse import data, nn


def separable(x, y):
    """Whether a linear program finds w, b with y (w·x + b) ≥ 1 for all examples."""
    rows = -y[:, None] * np.hstack([x, np.ones((len(x), 1))])
    found = linprog(
        np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(rows)), bounds=(None, None)
    )
    assert found.status in (0, 2), found.message
    return found.status == 0


def widest_bound(x, y):
    """(R/γ)² of the widest margin, by least distance programming (Lawson and Hanson, 1974).

    The shortest mixture of the examples y (x, 1) points where the margin is widest. The solver
    stops early on some scales of its last row, so the best of several counts; each gives a
    separator, hence a valid bound.
    """
    z = y[:, None] * np.hstack([x, np.ones((len(x), 1))])
    bounds = []
    for scale in (0.1, 1.0, 10.0):
        system = np.vstack([z.T, np.full(len(z), scale)])
        share, _ = nnls(system, scale * np.eye(len(system))[-1])
        u = share @ z / np.linalg.norm(share @ z)
        bounds.append((np.linalg.norm(z, axis=1).max() / (z @ u).min()) ** 2)
    return min(bounds)


def test_one_unit_by_hand(lecture):
    w, b = [Fraction(-1), Fraction(2)], Fraction(-1, 2)
    sums = [x1 * w[0] + x2 * w[1] + b for x1, x2 in ((Fraction(1, 5), Fraction(9, 10)),)]
    sums.append(Fraction(4, 5) * w[0] + Fraction(3, 10) * w[1] + b)
    assert sums == [Fraction(11, 10), Fraction(-7, 10)]
    computed = [float(light @ [-1.0, 2.0] - 0.5) for light in lecture["lights"]]
    assert computed == pytest.approx([float(value) for value in sums])


def test_two_cards_by_hand(lecture):
    w, b, table = [0, 0], 0, []
    for (x1, x2), y in [((1, 0), -1), ((0, 1), 1)] * 2:
        score = w[0] * x1 + w[1] * x2 + b
        if y * score <= 0:
            w, b = [w[0] + y * x1, w[1] + y * x2], b + y
        table.append((score, tuple(w), b))
    assert table == [(0, (-1, 0), -1), (-1, (-1, 1), 0), (-1, (-1, 1), 0), (1, (-1, 1), 0)]
    assert (tuple(lecture["small"].weight), lecture["small"].bias) == ((-1, 1), 0)
    assert lecture["two"] == 2
    assert lecture["novikoff_bound"](lecture["two_x"], lecture["two_y"]) == pytest.approx(4)


def test_no_nudge_is_felt(lecture):
    assert len(lecture["nudges"]) == 802
    assert lecture["felt"] == 0


def test_a_learning_rate_changes_no_mistake(lecture):
    x, y = lecture["x"].astype(float), lecture["y"]
    w, b, wrong = np.zeros(400), 0.0, []
    for _ in range(5):
        for i in range(len(x)):
            if y[i] * (x[i] @ w + b) <= 0:
                w, b = w + 0.25 * y[i] * x[i], b + 0.25 * y[i]
                wrong.append(i)
    assert wrong == lecture["first"].examples


def test_retina_makes_a_handful_of_mistakes(lecture):
    assert lecture["made"].max() <= 10
    assert lecture["right_on_new"].min() > 0.98


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 10])
def test_mistakes_on_the_retina_stay_under_the_bound(lecture, size):
    napkin = (size**2 + 1) * 400 / size**4
    for seed in range(3):
        cards = data.load("retina", n=200, size=size, rng=seed)
        y = 2 * cards.y - 1
        bound = widest_bound(cards.x, y)
        trace = nn.Perceptron(400).fit(cards.x, y)
        assert trace.converged
        assert trace.updates <= bound * (1 + 1e-6)
        assert bound <= napkin * (1 + 1e-3)
        assert lecture["novikoff_bound"](cards.x, y) == pytest.approx(bound, rel=1e-2)


def test_napkin_numbers():
    five, two = Fraction(26) / Fraction(5, 4) ** 2, Fraction(5) / Fraction(1, 5) ** 2
    assert (five, two) == (Fraction("16.64"), 125)
    assert round(two / five, 1) == Fraction("7.5")


def test_every_run_stays_under_the_bound_and_right_angles_meet_it(lecture):
    for name, group in lecture["groups"].items():
        for bound, made in group:
            assert made <= bound * (1 + 1e-6), name
    for bound, made in lecture["groups"]["right angles"]:
        assert made == pytest.approx(bound, rel=1e-3)


@pytest.mark.parametrize("dimension", [2, 20])
def test_bound_of_random_points_is_that_of_the_widest_margin(lecture, dimension):
    x, y = lecture["points_with_margin"](0.1, dimension, np.random.default_rng(7))
    assert lecture["novikoff_bound"](x, y) == pytest.approx(widest_bound(x, y), rel=1e-2)


def test_both_inequalities_of_the_proof_hold_at_every_mistake(lecture):
    trace, u, R, gamma = (lecture[name] for name in ("squeezed", "u", "R", "gamma"))
    for made, (w, b) in enumerate(zip(trace.weights, trace.biases, strict=True)):
        length = (sum(value**2 for value in w.tolist()) + b**2) ** 0.5
        shadow = sum(p * q for p, q in zip(w.tolist(), u.tolist(), strict=True))
        assert made * gamma - 1e-6 <= shadow <= length + 1e-9
        assert length <= made**0.5 * R + 1e-6


def test_squares_of_one_cell_are_learned_by_heart(lecture):
    cards = data.load("retina", n=200, size=1, rng=0)
    new = data.load("retina", n=1000, size=1, rng=1000)
    unit = nn.Perceptron(400)
    unit.fit(cards.x, 2 * cards.y - 1)
    assert np.all(unit.predict(cards.x) == 2 * cards.y - 1)
    assert np.mean(unit.predict(new.x) == 2 * new.y - 1) < 0.8
    never_lit = cards.x.sum(axis=0) == 0
    assert np.all(unit.weight[never_lit] == 0)


def test_bars_cannot_be_separated_but_neighbours_tell_them_apart(lecture):
    bars, y = lecture["bars"], lecture["bar_y"]
    assert bars.shape == (800, 400)
    assert (bars.sum(axis=1) == 10).all()
    assert len(np.unique(bars, axis=0)) == 800
    assert not separable(bars, y)
    assert lecture["gap"] == 0
    assert lecture["direct"] < 0.6
    images = bars.reshape(-1, 20, 20)
    pairs = (images * np.roll(images, -1, axis=2)).sum(axis=(1, 2))
    assert set(pairs[y == -1]) == {9}
    assert set(pairs[y == 1]) == {0}


def test_xor_is_infeasible_and_goes_round_in_four(lecture):
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    assert not separable(x, np.array([-1, 1, 1, -1]))
    assert separable(x, np.array([-1, -1, -1, 1]))
    assert set(lecture["circle"].mistakes) == {4}
    assert lecture["home"][:3].tolist() == [0, 4, 8]


def test_two_layers_solve_xor(lecture):
    for x1, x2 in itertools.product((0, 1), repeat=2):
        h1, h2 = x1 + x2 > 0.5, x1 + x2 > 1.5
        assert (h1 - h2 > 0.5) == bool(x1 ^ x2)
    assert lecture["solved"] == 4


def test_association_cells_separate_the_bars(lecture):
    assert lecture["enough"] == 400
    assert lecture["mark_one"].min() > 0.85
    rng = np.random.default_rng(3)
    cells = lecture["associate"](lecture["bars"], 512, rng)
    assert separable(cells[:600], lecture["bar_y"][:600])


def test_average_comes_close_to_the_best_line_and_beats_the_last_weights(lecture):
    best = NormalDist().cdf(1.1)
    assert np.mean(lecture["averaged"]) > best - 0.01
    assert np.mean(lecture["last"]) < np.mean(lecture["averaged"]) - 0.03
    assert np.mean(lecture["in_pocket"]) == pytest.approx(np.mean(lecture["averaged"]), abs=0.01)


@pytest.mark.parametrize(("inputs", "number"), [(2, 14), (3, 104)])
def test_number_of_truth_tables(lecture, inputs, number):
    cards = np.array([*itertools.product([0, 1], repeat=inputs)], dtype=float)
    tables = itertools.product([-1, 1], repeat=len(cards))
    assert sum(separable(cards, np.array(table)) for table in tables) == number
    assert lecture["learnable"](inputs) == number


@pytest.mark.parametrize("n", [2, 3, 4])
def test_parity_has_order_n(lecture, n):
    cards = np.array([*itertools.product([-1.0, 1.0], repeat=n)])
    for k in range(1, n + 1):
        seen = [s for size in range(1, k + 1) for s in itertools.combinations(range(n), size)]
        cells = np.column_stack([cards[:, s].prod(axis=1) for s in seen])
        assert separable(cells, cards.prod(axis=1)) == (k == n)
        assert lecture["parity_learned"](n, k) == (k == n)


def test_planted_bug_is_caught(lecture):
    assert lecture["report"].converged
    assert lecture["learned"](nn.Perceptron)
    assert not lecture["learned"](lecture["Confident"])
