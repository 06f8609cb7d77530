"""The worked numbers of lecture 01, each computed again in another way."""

import math

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier


def losses_by_hand(scores, right):
    """−log of the right class's share of the exponentials, in nats."""
    return [
        -math.log(math.exp(row[k]) / sum(map(math.exp, row)))
        for row, k in zip(scores, right, strict=True)
    ]


def test_a_picture_in_a_row(lecture, printed):
    assert (100 * 640 + 200) * 3 + 2 == lecture["place"] == 192_602
    assert lecture["in_a_row"][192_602] == lecture["photo"][100, 200, 2]
    assert printed["pixel-by-hand"].splitlines()[-1].endswith("3072 numbers")


def test_distances_by_hand(printed):
    examples = [(2, 5), (4, 4), (5, 3)]
    squares = [math.dist((2, 2), point) for point in examples]
    sums = [abs(a - 2) + abs(b - 2) for a, b in examples]
    assert [round(d, 2) for d in squares] == [3.0, 2.83, 3.16]
    assert sums == [3, 4, 4]
    answers = [line.split("→ ")[1] for line in printed["neighbours-by-hand"].splitlines()]
    assert answers == ["cat", "dog", "dog", "dog"]


def test_a_linear_score_by_hand(lecture, printed):
    x, rows = (0.9, 0.2, 0.1, 0.8), [(1, 1, -1, -1), (1, -1, 1, -1), (1, -1, -1, 1)]
    sums = [sum(w * p for w, p in zip(row, x, strict=True)) for row in rows]
    assert sums == pytest.approx([0.2, 0.0, 1.4])
    scores = [a + b for a, b in zip(sums, (0.1, 0.2, -0.5), strict=True)]
    assert lecture["f"][0].tolist() == pytest.approx(scores)
    assert scores == pytest.approx([0.3, 0.2, 0.9])
    assert "650" in printed["score-by-hand"]
    assert f"{10 * 32 * 32 * 3 + 10:,}" == "30,730"
    assert "30,730" in printed["score-by-hand"]


def test_the_softmax_example_and_its_erratum(printed):
    powers = [math.exp(score) for score in (3.2, 5.1, -1.7)]
    assert [round(power, 1) for power in powers] == [24.5, 164.0, 0.2]
    assert round(powers[2], 2) == 0.18
    shares = [power / sum(powers) for power in powers]
    assert [round(share, 2) for share in shares] == [0.13, 0.87, 0.0]
    natural, decimal = -math.log(shares[0]), -math.log10(shares[0])
    assert (round(natural, 2), round(decimal, 2)) == (2.04, 0.89)
    last = printed["softmax-by-hand"].splitlines()[-1]
    assert last == f"loss: natural log {natural:.2f}, base 10 {decimal:.2f}"


def test_the_three_pictures(lecture):
    columns = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]
    losses = losses_by_hand(columns, [0, 1, 2])
    assert [round(loss, 3) for loss in losses] == [2.040, 0.079, 6.156]
    assert lecture["each"].tolist() == pytest.approx(losses)
    theirs = torch.nn.functional.cross_entropy(torch.tensor(columns), torch.tensor([0, 1, 2]))
    assert float(theirs) == pytest.approx(sum(losses) / 3, rel=1e-6)


def test_the_loss_starts_at_log_k_and_has_no_largest_value(printed, lecture):
    lines = printed["loss-at-start"].splitlines()
    for line, classes in zip(lines, (2, 10, 1000), strict=False):
        assert f"loss {math.log(classes):.3f} " in line
    assert all(abs(value - math.log(10)) < 0.15 for value in lecture["first"])
    certain = torch.nn.functional.cross_entropy(
        torch.tensor([[900.0, 0.0], [-900.0, 0.0]], dtype=torch.float64),
        torch.tensor([0, 0]),
        reduction="none",
    )
    assert certain.tolist() == [0.0, 900.0]


def test_shuffling_changes_nothing_for_linear_scores_and_distances(lecture):
    reads = lecture["reads"]
    assert reads["shuffled"] == pytest.approx(reads["in order"], abs=0.015)
    assert reads["shuffled"] > 0.95
    shuffle, digits = lecture["shuffle"], lecture["digits"]
    right = [
        KNeighborsClassifier(1)
        .fit(digits.x_train[:, order], digits.y_train)
        .score(digits.x_test[:, order], digits.y_test)
        for order in (np.arange(64), shuffle)
    ]
    assert right[0] == right[1] == lecture["test_right"]


def test_validation_chooses_more_neighbours_where_classes_overlap(lecture):
    best = lecture["best_k"]
    assert best["points"] >= 9
    assert best["digits"] <= 3
    theirs = KNeighborsClassifier(best["points"]).fit(lecture["moons"].x, lecture["moons"].y)
    fresh = lecture["fresh"]
    assert lecture["points_right"] == pytest.approx(theirs.score(fresh.x, fresh.y), abs=0.002)


def test_one_pixel_costs_a_third(lecture):
    still, one, two = lecture["after_shift"]
    assert still > 0.97 > 0.75 > one > 0.55 > 0.25 > two


def test_brute_force_stays_near_a_guess(lecture):
    ends = {name: float(value) for name, value in lecture["ends"].items()}
    assert ends["brute force"] < 0.3 < 0.8 < ends["local search"] < ends["gradient descent"]
    deviation = math.sqrt(0.1 * 0.9 / 500)  # were the 500 answers independent; they are not
    assert lecture["spread"] > deviation
    assert abs(lecture["middle"] - 0.1) < 0.01
    assert lecture["tail"] < -80


def test_no_linear_classifier_reads_a_picture_and_its_negative(lecture):
    assert max(lecture["negatives"]["linear"]) < 0.55  # one class whole, half of the nine others
    assert min(lecture["negatives"]["nearest neighbours"]) > 0.95
    assert len(np.unique(lecture["y_new"][lecture["right_pairs"]])) <= 1
    np.testing.assert_allclose(lecture["sums"], lecture["sums"][:1].repeat(355, 0), atol=1e-4)
    assert lecture["two_right"] > 0.9


def test_penalties_by_hand(printed):
    for line, w in zip(
        printed["penalties-by-hand"].splitlines(), ([1, 0, 0, 0], [0.25] * 4), strict=True
    ):
        squares, sizes = sum(v * v for v in w), sum(map(abs, w))
        assert sum(w) == 1
        assert line.endswith(f"{[float(squares), float(sizes), float(squares + sizes)]}")


def test_l1_makes_zeros_and_l2_does_not(lecture, printed):
    never = np.mean(np.all(lecture["x_some"] == 0, axis=0))
    assert lecture["zeros"]["L2"][:, -1].tolist() == pytest.approx([never] * 6)
    assert lecture["zeros"]["L1"][2].mean() > 0.5
    assert lecture["accuracy"]["L1"][2].mean() > lecture["accuracy"]["L2"][2].mean() - 0.02
    ridge, lasso = printed["sparse-erratum"].splitlines()
    assert "12 of 12" in ridge
    assert int(lasso.split()[1]) <= 4


def test_a_sum_grows_and_a_mean_does_not(printed, lecture):
    once, twice = (line.split() for line in printed["sum-erratum"].splitlines()[:2])
    assert float(twice[-3].strip(",")) == pytest.approx(2 * float(once[-3].strip(",")))
    assert twice[-1] == once[-1]
    assert lecture["flattened"] > 0.9 * math.log(10)


def test_a_gradient_by_hand(printed):
    angle = math.degrees(math.atan2(0.3, 0.4))
    assert printed["hog-by-hand"].strip() == f"length 0.5, direction {angle:.1f}°, bin 2 of 9"
    assert round(angle, 1) == 36.9


def test_the_best_features_depend_on_the_task(lecture):
    means = lecture["means"]
    for task in ("half negative", "painted: which digit?"):
        assert means[task]["HOG"] > 0.85 > 0.4 > means[task]["pixels"]
    ground = means["painted: which ground?"]
    assert ground["pixels"] > 0.9 > 0.45 > ground["HOG"]
    plain, shuffled = means["plain digits"], means["plain, shuffled"]
    assert shuffled["pixels"] == pytest.approx(plain["pixels"], abs=0.02)
    assert shuffled["HOG"] < plain["HOG"] - 0.03
    assert lecture["svm_right"] > 0.85


def test_the_random_w_of_the_deck(lecture):
    expected = losses_by_hand(lecture["ten_scores"].tolist(), [3, 1, 6])
    assert lecture["random_losses"].tolist() == pytest.approx(expected)
    assert sum(expected) / 3 > 2 * math.log(10)


def test_bytes_wrap_around(lecture):
    assert (3 - 5) % 256 == 254
    assert lecture["mended"] == pytest.approx(lecture["test_right"], abs=0.003)
