"""The worked numbers of lecture 06, each computed again in another way."""

import itertools
import math
import re

import numpy as np
import pytest
import torch
from scipy import stats


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", text)]


def test_the_hump_is_where_there_are_as_many_examples_as_weights(lecture):
    plain, penalized = lecture["hump"].mean(axis=1).T
    counts = lecture["counts"]
    assert counts[int(plain.argmax())] == 21
    assert plain[counts.index(21)] > 4 * plain[counts.index(16)]
    assert (np.diff(penalized) < 0).all()
    # Far to the right, the mean error of least squares is p / (N − p − 1).
    assert plain[-1] == pytest.approx(21 / (128 - 22), rel=0.1)


def test_the_best_penalty_is_noise_over_prior(lecture):
    by_penalty = {penalty: np.mean(off) for penalty, off in lecture["wrong_by"].items()}
    assert min(by_penalty, key=by_penalty.get) == 1.0
    assert max(by_penalty[0.1], by_penalty[10.0]) < 2 * by_penalty[1.0]
    assert by_penalty[1e-3] > 5 * by_penalty[1.0]


def test_training_error_only_rises_with_the_penalty(lecture):
    training, new = lecture["by_penalty"].values()
    assert (np.diff(training) > 0).all()
    best = int(new.argmin())
    assert 0 < best < len(new) - 1
    assert new[0] > 2 * new[best]


def test_ridge_by_hand(printed, lecture):
    # The minimum of the price by its slope, −2(1 − w) − 4(3 − 2w) + 2λw = 0.
    for penalty, w in ((0, 1.4), (2, 1.0)):
        assert -2 * (1 - w) - 4 * (3 - 2 * w) + 2 * penalty * w == pytest.approx(0)
    assert printed["ridge-by-hand"].splitlines()[0] == "least squares 1.4, ridge 1.0"
    precision = 1 / 0.5 + (1 + 4)  # prior and likelihood are Gaussian: precisions add
    assert numbers(printed["ridge-by-hand"].splitlines()[1]) == [(1 + 6) / precision] * 2


def test_decay_by_hand(printed):
    w = torch.tensor([10.0], requires_grad=True)
    sgd = torch.optim.SGD([w], lr=0.1, weight_decay=0.5)
    for line in printed["decay-by-hand"].splitlines():
        w.grad = torch.zeros(1)
        sgd.step()
        assert numbers(line) == pytest.approx(w.tolist())
    assert w.item() == pytest.approx(9.025)


def test_dropout_by_hand(lecture, printed):
    lines = printed["dropout-by-hand"].splitlines()
    assert numbers(lines[0]) == [2, 0, 6, 0]
    assert numbers(lines[1].split(":")[1]) == [1, 2, 3, 4]
    assert lecture["drawn"].max() == pytest.approx(1 / 0.67)
    assert np.mean(lecture["drawn"] == 0) == pytest.approx(0.33, abs=0.01)


def test_the_full_network_is_the_geometric_mean_of_all_subnetworks(lecture):
    V, units = torch.tensor(lecture["V"]), lecture["units"]
    logs = []
    for mask in itertools.product([0, 1], repeat=6):
        scores = [
            sum(2 * m * u * w for m, u, w in zip(mask, units, row, strict=True))
            for row in V.tolist()
        ]
        total = math.log(sum(math.exp(score) for score in scores))
        logs.append([score - total for score in scores])
    geometric = np.exp(np.mean(logs, axis=0))
    full = torch.softmax(V @ torch.tensor(units), dim=0).numpy()
    np.testing.assert_allclose(geometric / geometric.sum(), full)
    np.testing.assert_allclose(lecture["full"], full)


def test_label_smoothing_by_hand(printed):
    target = [0.91] + 9 * [0.01]
    assert target[0] == pytest.approx(1 - 0.1 + 0.1 / 10)
    floor = stats.entropy(target)
    loss, lead = numbers(printed["smoothing-by-hand"].splitlines()[0])
    assert (loss, lead) == (round(floor, 3), round(math.log(91), 2)) == (0.5, 4.51)
    scores = torch.zeros(1, 10)
    scores[0, 3] = math.log(91)
    smooth = torch.nn.functional.cross_entropy(scores, torch.tensor([3]), label_smoothing=0.1)
    assert smooth.item() == pytest.approx(floor, abs=1e-6)


def test_who_believes_the_lies(lecture):
    memory = {name: values.mean(axis=0) for name, values in lecture["memory"].items()}
    _, labels = lecture["mislabelled"](lecture["digits"], 400, 0)
    chosen = np.random.default_rng(0).permutation(1442)[:400]
    assert np.mean(labels == lecture["digits"].y_train[chosen]) == 0.8
    for remedy in ("weight decay 0.01", "dropout ½", "label smoothing 0.2"):
        assert memory[remedy][1] > memory["nothing"][1] + 0.02
    for remedy in ("weight decay 0.01", "dropout ½"):
        assert memory[remedy][0] < memory[remedy][1]
    assert min(memory["nothing"][0], memory["batch norm"][0]) > 0.95
    assert memory["batch norm"][1] < memory["dropout ½"][1] - 0.04
    assert memory["8 units a layer"][1] < memory["weight decay 0.01"][1]


def test_batch_norm_by_hand(printed):
    layer = torch.nn.BatchNorm1d(1, eps=1e-9)
    batch = torch.tensor([[1.0], [3.0], [5.0], [7.0]])
    lines = printed["batch-norm-by-hand"].splitlines()
    np.testing.assert_allclose(numbers(lines[0]), layer(batch).detach().ravel(), atol=1e-5)
    assert numbers(lines[0]) == pytest.approx([-1.342, -0.447, 0.447, 1.342], abs=5e-4)
    assert numbers(lines[1]) == [5.0, 6.667]
    for line in lines[2:4]:
        kept = layer.running_mean.item(), layer.running_var.item()
        assert numbers(line) == pytest.approx(kept)
        layer(batch)
    assert numbers(lines[2]) == pytest.approx([0.4, 0.9 + 0.1 * 20 / 3])


def test_the_running_mean_takes_44_batches(printed):
    assert math.ceil(math.log(0.01) / math.log(0.9)) == 44
    first, *rest = printed["running-estimates"].splitlines()
    assert first == "44 batches"
    training, use = (np.array(numbers(line)) for line in rest)
    np.testing.assert_allclose(use / training, math.sqrt(3 / 4), rtol=1e-3)


def test_the_errata_of_batch_norm(printed, lecture):
    lines = printed["errata-batch-norm"].splitlines()
    assert numbers(lines[0]) == [round(5**-0.5, 3), round(5**-0.5 / 1000, 6)]
    assert numbers(lines[1]) == [1, 1]
    shapes = printed["errata-gaussian"].splitlines()
    for values, line in zip((lecture["skewed"], lecture["normal"]), shapes, strict=True):
        assert numbers(line)[2] == round(float(stats.skew(values.ravel())), 2) == 2.01


def test_a_layer_multiplies_and_batch_norm_divides(lecture):
    free, normed = lecture["stacks"].values()
    for k in range(8):
        half = free["He"][k]
        np.testing.assert_allclose(free["0.7 × He"][k], half * 0.7 ** (k + 1), rtol=1e-2, atol=1e-3)
        np.testing.assert_allclose(normed["1.4 × He"][k], normed["He"][k], rtol=0.05, atol=1e-3)


def test_the_largest_rates(lecture):
    largest, rates = lecture["largest"], lecture["by_rate"]
    assert largest(rates["batch norm"]) >= 10 * largest(rates["no norm"])
    assert largest(rates["layer norm"]) < largest(rates["batch norm"])
    best = {name: scores.mean(axis=1).max() for name, scores in rates.items()}
    assert max(best, key=best.get) == "batch norm"
    without = lecture["without"]
    assert largest(without["clipped"]) >= 10 * largest(without["no norm"])
    assert largest(without["standardized, clipped"]) == largest(rates["batch norm"])
    assert without["standardized"].mean(axis=1).max() > best["no norm"] + 0.05


def test_ten_times_the_weights_have_a_tenth_of_the_gradient(printed):
    one, ten = printed["scale-free"].splitlines()
    output, gradient = (re.search(f"{word} ([-+.0-9]+)", one)[1] for word in ("output", "gradient"))
    assert f"output {output}" in ten
    slope = float(re.search(r"gradient ([-+.0-9]+)", ten)[1])
    assert slope == pytest.approx(float(gradient) / 10, abs=1e-6)


def test_pooling_first_differs_for_a_negative_scale(printed):
    for line, gamma in zip(printed["pool-order"].splitlines(), (2.0, -2.0), strict=False):
        norm = torch.nn.BatchNorm2d(1, eps=1e-9).eval()
        torch.nn.init.constant_(norm.weight, gamma)
        window, pool = torch.tensor([[[[1.0, 3.0]]]]), torch.nn.MaxPool2d((1, 2))
        assert numbers(line)[-2:] == [norm(pool(window)).item(), pool(norm(window)).item()]
    assert "pool first -6, norm first -2" in printed["pool-order"]


def test_forgetting_has_a_price(lecture):
    company = {name: rows.mean(axis=1) for name, rows in lecture["company"].items()}
    assert (np.diff(company["batch norm, mixed"]) > 0).all()
    assert company["batch norm, mixed"][0] < 0.7
    assert company["batch norm, mixed"][-1] > 0.95
    assert company["batch norm, sorted"][:5].max() < 0.4
    assert np.ptp(company["dropout ½, mixed"]) < 0.05
    dropout, norm = (np.mean(ends) for ends in lecture["lapses"].values())
    assert norm == pytest.approx(0.1, abs=0.01)
    assert dropout < lecture["memory"]["dropout ½"][:, 1].mean() - 0.04


def test_what_each_normalization_averages_over(lecture):
    x = torch.tensor(lecture["numbers"], dtype=torch.float32)
    modules = {
        "batch norm": torch.nn.BatchNorm1d(4, eps=1e-9),
        "layer norm": torch.nn.LayerNorm((4, 3), eps=1e-9),
        "instance norm": torch.nn.InstanceNorm1d(4, eps=1e-9),
        "group norm": torch.nn.GroupNorm(2, 4, eps=1e-9),
    }
    for name, module in modules.items():
        inside = x.numpy()[lecture["sets"][name][0]]
        expected = (inside - inside.mean()) / inside.std()
        found = module(x).detach().numpy()[lecture["sets"][name][0]]
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_instance_norm_runs_over_places(printed):
    lines = printed["instance-check"].splitlines()
    assert [line.split()[-1] for line in lines[:4]] == ["False", "True", "True", "True"]
    x = torch.tensor([[3.0], [11.0]])
    assert numbers(lines[4]) == pytest.approx(torch.nn.BatchNorm1d(1)(x).ravel().tolist())


def test_a_share_of_all_is_batch_norm_and_shares_of_two_ruin_it(lecture):
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, 8, 3)).astype(np.float32)
    ours, theirs = lecture["in_shares"](4)(3), torch.nn.BatchNorm1d(3)
    t = torch.tensor(x, requires_grad=True)
    y = torch.cat([theirs(t[:4]), theirs(t[4:])])
    np.testing.assert_allclose(ours(x), y.detach(), atol=1e-5)
    y.backward(torch.tensor(dy))
    np.testing.assert_allclose(ours.backward(dy), t.grad, atol=1e-4)
    np.testing.assert_allclose(ours.weight.grad, theirs.weight.grad, atol=1e-4)
    by_share = lecture["batch"].mean(axis=1)
    assert by_share[0] < 0.7 < lecture["group"].mean() < by_share[-1] + 0.02


def test_gamma_and_the_signal(lecture, printed):
    mean, square = (
        stats.norm.expect(lambda z: max(z, 0)),
        stats.norm.expect(lambda z: max(z, 0) ** 2),
    )
    assert lecture["gamma"] == pytest.approx((square - mean**2) ** -0.5, rel=1e-6)
    assert square - mean**2 == pytest.approx(0.341, abs=5e-4)
    assert printed["gamma"].startswith("γ = 1.7129")
    at_end = {kind: values[:, -1].mean() for kind, values in lecture["commons"].items()}
    assert at_end["layer norm"] > at_end["He's start"] > 0.8
    assert at_end["standardized weights"] < 0.1
    assert at_end["batch norm"] == pytest.approx(0, abs=1e-12)


def test_clipping_by_hand(lecture):
    for w, g, expected in zip(
        lecture["w"].data, ([1.0, 0.0], [0.01, 0.0]), lecture["w"].grad, strict=True
    ):
        limit = 0.1 * math.hypot(*w)
        scale = min(1.0, limit / math.hypot(*g))
        assert [scale * part for part in g] == pytest.approx(expected.tolist())


def test_the_planted_bug_is_the_last_batch(lecture, printed):
    assert lecture["digits"].n_train % 32 == 2
    assert min(lecture["ends"][0]) > 0  # the solution's cells ran to the end
    lows = [numbers(line)[1] for line in printed["exercise-bug-code"].splitlines()]
    assert max(lows) < 90
    for line in printed["exercise-bug-solution"].splitlines():
        assert numbers(line)[-1] > 95


def test_the_exercises_formulas(printed):
    for line in printed["exercise-estimate-code"].splitlines():
        momentum, measured, formula = numbers(line)
        weights = momentum * (1 - momentum) ** np.arange(100_000)
        assert formula == pytest.approx(math.sqrt((weights**2).sum() / 32), abs=1e-4)
        assert measured == pytest.approx(formula, rel=0.1)
    found = np.array(numbers(printed["exercise-dropout-ridge-code"].replace("20,000", "")))
    np.testing.assert_allclose(found[:3], found[3:], atol=0.01)
    assert printed["exercise-bias-code"].splitlines()[0].endswith("[0. 0.]")
