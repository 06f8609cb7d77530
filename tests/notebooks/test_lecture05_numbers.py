"""The worked numbers of lecture 05, each computed again in another way."""

import math
import re

import numpy as np
import pytest
import torch
from scipy import optimize, special


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e[-+]\d+)?", text.replace(",", ""))]


def reached(lecture):
    return {
        name: {place for place, (_, step) in runs.items() if step is not None}
        for name, runs in lecture["race"].items()
    }


def test_the_race_is_run_as_told(lecture):
    found, everywhere = reached(lecture), {"plateau", "saddle", "ravine", "hill"}
    assert {name for name, places in found.items() if places == everywhere} == {
        "Adam", "Adam, uncorrected", "AdamW"}  # fmt: skip
    assert {name for name, places in found.items() if "hill" in places} == {
        "momentum", "Adam", "Adam, uncorrected", "AdamW"}  # fmt: skip
    assert found["Newton"] == {"ravine"}
    assert found["L-BFGS"] == everywhere - {"hill"}
    assert found["SGD"] == {"ravine"}
    for runs in (lecture["race"][name] for name in lecture["make"]):
        assert all(np.isfinite(path).all() for path, _ in runs.values())


def torch_path(surface, kind, steps, **settings):
    w = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    optimizer, path = kind([w], **settings), [surface.start]
    for _ in range(steps):
        w.grad = torch.tensor(surface.gradient(w.detach().numpy()))
        optimizer.step()
        path.append(tuple(w.tolist()))
    return np.array(path)


@pytest.mark.parametrize(
    ("name", "kind", "settings"),
    [
        ("SGD", torch.optim.SGD, {}),
        ("momentum", torch.optim.SGD, {"momentum": 0.9}),
        ("Nesterov", torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
        ("AdaGrad", torch.optim.Adagrad, {}),
        ("RMSProp", torch.optim.RMSprop, {}),
        ("Adam", torch.optim.Adam, {}),
        ("AdamW", torch.optim.AdamW, {"weight_decay": 0.1}),
    ],
)
def test_the_racers_go_where_pytorch_goes(lecture, name, kind, settings):
    for place, surface in lecture["SURFACES"].items():
        path = torch_path(surface, kind, 30, lr=lecture["best_rate"][name], **settings)
        np.testing.assert_allclose(lecture["race"][name][place][0][:31], path, atol=1e-6)


def test_random_search_asks_in_proportion_to_the_dimensions(printed):
    ends = [numbers(line) for line in printed["zeroth-order"].splitlines()]
    means = [sum(row[1:]) / 2 for row in ends]
    assert 12 < means[0] < 60
    assert 5 < means[1] / means[0] < 20
    assert 5 < means[2] / means[1] < 20


def test_the_error_of_a_batch_falls_as_its_root(lecture):
    assert lecture["falls_as"] == pytest.approx(-0.5, abs=0.03)
    mean = lecture["noise"].mean(axis=1)
    assert mean[0] > 5
    assert mean[lecture["sizes"].index(64)] == pytest.approx(1, abs=0.3)


def test_small_batches_go_furthest_on_two_passes(printed):
    rows = [numbers(line) for line in printed["batch-race"].splitlines()]
    assert [row[0] for row in rows] == [1, 8, 64, 512, 1442]
    assert [row[1] for row in rows] == [2 * math.ceil(1442 / row[0]) for row in rows]
    losses = [row[2] for row in rows]
    assert losses == sorted(losses)
    assert losses[-1] > 5 * losses[0]


def test_noise_does_not_regularize_here(printed):
    rows = [numbers(line) for line in printed["regularizer-run"].splitlines()]
    tests = [row[2] for row in rows]
    assert max(tests) - min(tests) < 1.0
    assert all(row[4] - row[3] > max(tests) - min(tests) for row in rows)


def test_momentum_by_hand(printed):
    lines = printed["momentum-by-hand"].splitlines()
    shown = [numbers(line) for line in lines]
    assert shown[0] == [8, 6.4, 5.12, 4.096]
    assert shown[1] == [8, 4.6, 0.62, -3.086]
    w, v, nesterov = 10.0, 0.0, []
    for _ in range(4):
        v = 0.9 * v + 2 * w
        w -= 0.1 * (2 * w + 0.9 * v)
        nesterov.append(round(w, 4))
    assert shown[2] == nesterov


def test_the_largest_step_is_where_an_eigenvalue_leaves_the_circle(printed):
    for line in printed["stability"].splitlines()[1:]:
        beta, limit, _, below, _, above = numbers(line)
        for alpha, inside in ((limit * 0.99, True), (limit * 1.01, False)):
            step = np.array([[beta, 50], [-alpha * beta, 1 - alpha * 50]])  # (v, w) to (v, w)
            assert (np.abs(np.linalg.eigvals(step)).max() < 1) == inside
        assert limit == pytest.approx(2 * (1 + beta) / 50, abs=1e-4)
        assert below < 1e-2 < 1e6 < above


def test_too_much_memory_rings(lecture):
    arrival = lecture["arrival"]
    assert min(arrival, key=arrival.get) in (0.7, 0.75, 0.8)
    assert arrival[0.99] > 5 * arrival[0]
    path = lecture["in_ravine"](0.99)[0][:, 0]
    assert np.count_nonzero(np.diff(np.sign(path[:601])) != 0) > 20
    # The envelope of a swing falls by √β a step, and the loss by its square.
    assert np.abs(path[1000:1200]).max() / np.abs(path[800:1000]).max() == pytest.approx(
        0.99**100, rel=0.05
    )


def test_who_gets_over_the_hill_at_which_rate(printed):
    there = ["is there" in line for line in printed["over-the-hill"].splitlines()]
    assert there == [False, True, False, False, True, True]


def test_lengths_of_steps_have_formulas(lecture):
    t = np.arange(1, 1001)
    expected = {
        "AdaGrad": 1 / np.sqrt(t),
        "RMSProp, 0.9": 1 / np.sqrt(1 - 0.9**t),
        "RMSProp, 0.99": 1 / np.sqrt(1 - 0.99**t),
        "Adam": np.ones(1000),
        "Adam, uncorrected": (1 - 0.9**t) / np.sqrt(1 - 0.999**t),
    }
    for name, lengths in expected.items():
        np.testing.assert_allclose(lecture["step_of"][name], lengths, rtol=1e-6)
    wrong = expected["Adam, uncorrected"]
    assert lecture["wrong"].argmax() == wrong.argmax()
    assert 6 < wrong.max() < 7


def test_errata_on_adaptive_methods(printed):
    first, rmsprop, momentum = printed["errata-adaptive"].splitlines()
    assert "[nan nan]" in first
    assert first.endswith("[1. 1.]")
    v = (1 - 0.99**11) ** 0.5  # the mean square of eleven slopes of size 1
    assert numbers(rmsprop)[0] == pytest.approx(0.1 / v, abs=0.005)
    velocity = sum(0.9**k for k in range(1, 11)) - 1
    assert numbers(momentum)[0] == pytest.approx(-0.1 * velocity, abs=0.005)


def test_rmsprop_overtakes_at_equal_rates_alone(printed, lecture):
    equal = {name: lecture["on_all"](name, 0.1) for name in ("AdaGrad", "RMSProp")}
    for place in ("plateau", "saddle", "ravine"):
        slow, fast = (equal[name][place][1] for name in ("AdaGrad", "RMSProp"))
        assert slow is None or fast < slow
    own = [lecture["race"][name]["ravine"][1] for name in ("AdaGrad", "RMSProp")]
    assert own[0] < own[1]
    assert printed["overtakes-run"].count("\n") == 6


def test_turning_the_ravine_hurts_those_who_divide(lecture):
    before = {name: runs["ravine"][1] for name, runs in lecture["race"].items()}
    after = lecture["turned_steps"]
    for name in ("SGD", "momentum", "Nesterov", "Newton"):
        assert after[name] == before[name]
    assert after["AdaGrad"] > 5 * before["AdaGrad"]
    assert after["RMSProp"] is None
    assert after["Adam"] < 1.2 * before["Adam"]


def test_adam_by_hand(printed):
    lines = [numbers(line) for line in printed["adam-by-hand"].splitlines()]
    m, v = 0.1 * 20, 0.001 * 20**2
    assert (m, v) == (2, pytest.approx(0.4))
    assert lines[0][-1] == pytest.approx((m / 0.1) / math.sqrt(v / 0.001))
    assert lines[1][-1] == pytest.approx(m / math.sqrt(v), abs=1e-4)


def test_adamw_decays_all_alike(lecture):
    left = lecture["left"]
    np.testing.assert_allclose(left["AdamW"], (1 - 2e-3 * 0.5) ** 500, rtol=0.02)
    assert left["Adam"][0].max() < 0.4 < 0.9 < left["Adam"][1].min()


def test_adams_valley_is_wider(lecture):
    width = lecture["width"]
    assert width["Adam"] > width["momentum"] > width["SGD"]
    assert max(width.values()) == width["Adam"]
    assert abs(lecture["top"]["Adam"] - lecture["top"]["momentum"]) < 0.015


def test_the_scale_of_the_loss(printed):
    sgd, scaled, adam = (numbers(line) for line in printed["scale-run"].splitlines())
    assert sgd[1] > 85 > 30 > sgd[2]
    assert scaled[2] == sgd[1]
    assert adam[1] == adam[2]


def test_memory_of_the_optimizers(printed):
    kept = [numbers(line)[0] for line in printed["memory"].splitlines()]
    assert kept == [0, 1, 1, 1, 2]


def test_schedules(lecture):
    noisy, end = lecture["noisy"], lecture["end"]
    assert noisy["constant"][100:].mean() == pytest.approx(0.5 * 0.5 / 1.5, rel=0.03)
    assert min(end, key=end.get) == "1/t"
    assert min(noisy, key=lambda name: noisy[name][49].mean()) == "1/t"
    # The variance of w by its own recursion, with no random number in it.
    for name, rates in lecture["lrs"].items():
        loss, variance = 0.0, 100.0
        for rate in rates:
            variance = (1 - rate) ** 2 * variance + rate**2
            loss = variance / 2
        assert end[name] == pytest.approx(loss, rel=0.05)
    t = np.arange(400)
    np.testing.assert_allclose(lecture["lrs"]["1/t"], 0.5 / (1 + 0.5 * t))
    np.testing.assert_allclose(lecture["lrs"]["exponential"], 0.5 * np.exp(-t / 100))


def test_clipping_by_hand(printed):
    w = torch.zeros(2, requires_grad=True)
    w.grad = torch.tensor([30.0, 40.0])
    length = torch.nn.utils.clip_grad_norm_([w], 5.0)
    by_norm = w.grad.tolist()
    assert numbers(printed["clipping"]) == pytest.approx([length.item(), *by_norm, 5, 5], abs=1e-4)


def test_newton_fits_a_logistic_regression(lecture):
    X, y = lecture["X"], lecture["y"]

    def loss(w):
        return -np.mean(special.log_expit((2 * y - 1) * (X @ w)))

    best = optimize.minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-8}, tol=1e-12)
    steps = {name: len(gradients) for name, gradients in lecture["fits"].items()}
    assert steps["Newton"] < steps["L-BFGS"] < steps["momentum"] < steps["gradient descent"]
    w = lecture["nn"].Parameter(np.zeros(3))
    newton = lecture["optim"].Newton([w])
    for _ in range(steps["Newton"]):
        newton.step(lambda: lecture["logistic"](w))
    assert loss(w.data) == pytest.approx(best.fun, abs=1e-9)
    last = lecture["fits"]["Newton"][-3:]
    assert last[2] / last[1] < 0.1 * last[1] / last[0]  # faster than by a constant factor


def test_newton_goes_to_the_saddle(printed):
    first, plateau, saddle, ravine, hill = printed["newton-surfaces"].splitlines()
    H, g = np.diag([1.0, -1.0]), np.array([3.0, -2.0])
    assert (np.array([3.0, 2.0]) - np.linalg.solve(H, g)).tolist() == [0, 0]
    assert first.endswith("[0. 0.]")
    assert numbers(plateau)[-1] == 1
    assert np.hypot(*numbers(plateau)[:2]) > 4
    assert numbers(saddle) == [0, 0, 0.25]
    assert numbers(ravine) == [0, 0, 0]
    assert numbers(hill)[0] < -1


def test_the_price_of_newton(lecture, printed):
    assert numbers(printed["newton-price"]) == [40000, 21]
    assert lecture["terabytes"] == 4 * 10**16 / 1e12


def test_bfgs_updates_have_rank_two(printed):
    lines = printed["bfgs-rank"].splitlines()
    assert len(lines) == 6
    assert all("rank 2, B y = s: True" in line for line in lines)


def test_lbfgs_wants_the_full_batch(lecture):
    means = [values.mean() for values in lecture["final"].values()]
    assert means == sorted(means)
    assert means[0] < 1e-3 < means[1] < 0.02 < means[2]
    first = {name: values[0].mean() for name, values in lecture["by_pass"].items()}
    assert first["Adam, minibatch"] < first["L-BFGS, full batch"]


def test_solutions(printed):
    words = [line.split()[-2] for line in printed["ex-units"].splitlines()]
    assert words == ["other", "other", "same", "same", "same", "same"]
    planted, right = printed["ex-bug-code"].splitlines()
    steps = [(0.1 / (1 - 0.9**t)) / math.sqrt(0.001 / (1 - 0.999**t)) for t in (1, 2, 3, 4)]
    assert numbers(planted) == pytest.approx(steps, abs=5e-4)
    assert numbers(right) == [1, 1, 1, 1]
    slow, fast = (numbers(line)[0] for line in printed["ex-estimate-code"].splitlines())
    assert slow == pytest.approx(math.log(1000) * 1e4 / 2, rel=0.01)
    assert 1.5 < fast / (math.log(1000) * 100 / 2) < 2.5
    fair = {line[:17].strip(): line.count("–") for line in printed["ex-fair-code"].splitlines()}
    assert {name for name, missed in fair.items() if missed} == {"AdaGrad", "RMSProp"}
    small, _, large = (numbers(line) for line in printed["ex-schedule-code"].splitlines())
    assert small[1] < small[2]
    assert large[2] < 0.5 * large[1]


def test_our_adadelta_is_pytorchs(lecture):
    surface, kind = lecture["SURFACES"]["hill"], torch.optim.Adadelta
    theirs = torch_path(surface, kind, 40, lr=1.0, rho=0.9, eps=1e-6)
    ours = lecture["roll"](surface, lambda w: lecture["AdaDelta"](w), 40)
    np.testing.assert_allclose(ours, theirs, atol=1e-10)
