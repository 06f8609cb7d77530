"""The worked numbers of lecture 07, each computed again in another way."""

import math

import numpy as np
import pytest
import torch
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import rbf_kernel


def decibels(drawing, truth):
    return -10 * math.log10(np.mean((np.asarray(drawing, float) - truth) ** 2))


def test_parameters_and_numbers(lecture, printed):
    hidden = 2 * (256 * 256 + 256) + 256 * 3 + 3
    raw, encoded = (2 * 256 + 256) + hidden, (512 * 256 + 256) + hidden
    assert (raw, encoded, 64 * 64 * 3) == (133_123, 263_683, 12_288)
    assert printed["opening-networks"].strip() == f"{raw:,} parameters, {64 * 64 * 3:,} numbers"
    for count, expected in ((0, raw), (256, encoded)):
        model = lecture["counts"][count][0].model
        assert sum(p.numel() for p in model.parameters()) == expected
        kinds = [type(layer).__name__ for layer in model.layers]
        assert kinds == ["Linear", "ReLU"] * 3 + ["Linear", "Sigmoid"]
    assert lecture["counts"][256][0].model.encoding.frequencies.shape == (256, 2)


def test_half_of_the_pixels_is_shown(lecture):
    halves = np.array([lecture["half"](seed) for seed in lecture["seeds"]])
    assert halves.sum(axis=1).tolist() == [2048] * 3
    assert 0.2 < (halves[0] & halves[1]).mean() < 0.3


def test_the_slow_part_comes_first_and_a_wide_net_hardly_helps(lecture):
    assert lecture["step"] @ lecture["wave"] == pytest.approx(0, abs=1e-9)
    for fits in lecture["by_width"].values():
        error = lecture["target"] - np.array(fits)[:, -1]
        basis = np.stack([lecture["step"], 0.5 * lecture["wave"]], axis=1)
        slow, fast = np.abs(np.linalg.lstsq(basis, error.T, rcond=None)[0])
        assert slow.max() < 0.15
        assert fast.min() > 0.85


def test_speeds_are_those_of_the_jacobian(lecture, printed):
    assert printed["pencil-speed"].splitlines()[0].endswith(f"{0.5**10:.3f} and {0.995**10:.3f}")
    inputs, waves = lecture["plain"], lecture["waves"]
    ours = lecture["relu_net"](1, 256, 1, seed=0)
    net = torch.nn.Sequential(torch.nn.Linear(1, 256), torch.nn.ReLU(), torch.nn.Linear(256, 1))
    net.load_state_dict({k: torch.from_numpy(v) for k, v in ours.state_dict().items()})
    x = torch.from_numpy(inputs)

    def output(*values):
        named = dict(zip(dict(net.named_parameters()), values, strict=True))
        return torch.func.functional_call(net, named, (x,))[:, 0]

    parts = torch.autograd.functional.jacobian(output, tuple(net.parameters()))
    jacobian = torch.cat([part.reshape(len(x), -1) for part in parts], dim=1).double().numpy()
    for k, f in enumerate(waves):
        v = np.cos(2 * np.pi * f * lecture["x"])
        speed = np.sum((jacobian.T @ v) ** 2) / (v @ v)
        assert lecture["raw_speed"][0, k] == pytest.approx(speed, rel=1e-2)
    one, four, twelve = (lecture["raw_speed"][:, list(waves).index(f)] for f in (1, 4, 12))
    assert (one / four > 100).all()
    assert (one / twelve > 1000).all()


def test_encoded_waves_are_learned_at_once(lecture, printed):
    last = printed["encoded-curve"].splitlines()[-1]
    slow, fast = (float(part.split("%")[0].split()[-1]) for part in last.split(", of the wave"))
    assert last.startswith("bandwidth 8")
    assert max(slow, fast) < 2
    eight = lecture["kappas"]["bandwidth 8"].mean(axis=0)
    assert eight[: list(lecture["waves"]).index(8) + 1].min() > 0.2
    assert lecture["kappas"]["raw"].mean(axis=0)[-1] < 1e-3


def test_encoded_by_hand(lecture, printed):
    lines = printed["gamma-by-hand"].splitlines()
    for line, x in zip(lines, (0, 0.25, 0.5, 0.75, 1), strict=True):
        angles = [2 * math.pi * x, 4 * math.pi * x]
        code = [*map(math.sin, angles), *map(math.cos, angles)]
        shown = [float(n) for n in line.split("[")[1].split("]")[0].split()]
        np.testing.assert_allclose(shown, code, atol=1e-9)
        assert int(line.split()[-1]) == round(sum(map(math.cos, angles)))
    assert lecture["hundred"] == lecture["moments"].index(100)


@pytest.mark.parametrize("sigma", [1, 4, 16])
def test_likeness_is_a_gaussian_of_the_distance(lecture, sigma):
    x, gram = lecture["x"], lecture["grams"][sigma]
    bump = np.exp(-2 * np.pi**2 * sigma**2 * np.subtract.outer(x, x) ** 2)
    assert np.abs(gram - bump).max() < 5 / math.sqrt(512)


def test_decibels(lecture, printed):
    for line, error in zip(printed["psnr"].splitlines(), (0.1, 0.05, 1 / 256), strict=True):
        assert float(line.split()[-2]) == pytest.approx(-20 * math.log10(error), abs=0.06)
    truth, shown = lecture["photo"].y, lecture["half"](1)
    drawing = lecture["draw"](lecture["raw"][1])
    expected = decibels(drawing[~shown], truth[~shown])
    assert lecture["by_count"][0][1, 1] == pytest.approx(expected, abs=1e-3)


def test_more_frequencies_are_better_and_four_are_worse_than_none(lecture):
    raw, four, sixteen, most, all_ = (rows[:, 1] for rows in lecture["by_count"].values())
    assert (four < raw - 5).all()
    assert (raw < sixteen).all()
    assert sixteen.mean() < most.mean() < all_.mean()
    assert all_.mean() - raw.mean() > 4


def test_the_hill(lecture):
    shown, held_out = (
        {s: rows[:, k].mean() for s, rows in lecture["result"].items()} for k in (0, 1)
    )
    assert list(held_out) == [0, 0.5, 1, 2, 4, 8, 16]
    assert lecture["best"] == max(held_out, key=held_out.get) == 4
    climb = [held_out[s] for s in (0, 0.5, 1, 2, 4)]
    assert climb == sorted(climb)
    assert held_out[4] > held_out[8] > held_out[16] + 5
    assert abs(shown[8] - shown[4]) < 2
    assert shown[16] - held_out[16] > 8


def test_the_kernel_is_kernel_ridge_regression(lecture):
    photo, shown = lecture["photo"], lecture["half"](0)
    x, y = photo.x.astype(float), photo.y.astype(float)
    mean = y[shown].mean(axis=0)
    gamma = 2 * (math.pi * 4) ** 2
    ridge = KernelRidge(kernel="precomputed", alpha=0.01)
    ridge.fit(rbf_kernel(x[shown], gamma=gamma), y[shown] - mean)
    expected = ridge.predict(rbf_kernel(x, x[shown], gamma=gamma)) + mean
    np.testing.assert_allclose(lecture["by_kernel"](shown, 4), expected, atol=5e-3)


def test_kernel_and_network_have_one_hill(lecture):
    tops = {
        name: max(range(len(rows)), key=lambda k, rows=rows: np.mean(rows[k]))
        for name, rows in lecture["both"].items()
    }
    assert abs(tops["kernel"] - tops["network"]) <= 1
    assert abs(lecture["tops"]["kernel"] - lecture["tops"]["network"]) < 1


def test_places_of_words(lecture, printed):
    table = lecture["table"]
    for t, i in ((0, 0), (1, 0), (5, 3), (63, 31)):
        angle = t / 10000 ** (2 * i / 64)
        assert table[t, 2 * i : 2 * i + 2] == pytest.approx([math.sin(angle), math.cos(angle)])
    assert printed["words"].splitlines()[0] == "the same numbers: True"
    cosines = sum(math.cos(5 / 10000 ** (i / 32)) for i in range(32)) / 32
    assert [line.split()[-1] for line in printed["words"].splitlines()[1:]] == [
        f"{cosines:.4f}"
    ] * 3


def test_light_along_a_ray(lecture, printed):
    assert printed["rays"].splitlines()[0] == "[0.5   0.25  0.125]"
    fog, w, along = (lecture[name] for name in ("fog", "w", "along"))
    left, weights = 1.0, []
    for density in fog:
        passed = left * math.exp(-density * (along[1] - along[0]))
        weights.append(left - passed)
        left = passed
    np.testing.assert_allclose(w, weights, atol=1e-12)
    assert lecture["front"] + lecture["rear"] == pytest.approx(1 - left)
    assert (lecture["colour"] >= 0).all()
    assert (lecture["colour"] <= 1).all()


def test_the_network_is_asked_between_the_pixels(lecture, printed):
    assert printed["finer"].strip() == "learned from 2,048 pixels, drawn at 16,384 places"
    assert {drawing.shape for drawing in lecture["drawings"]} == {(128, 128, 3)}
    truth = lecture["fine"].image
    levels = [decibels(drawing, truth) for drawing in lecture["drawings"]]
    assert max(range(len(levels)), key=levels.__getitem__) == list(lecture["result"]).index(4)
    assert list(lecture["words"].values()) == ["blur"] * 4 + ["sharp"] + ["noise"] * 2


def test_exercises(lecture, printed):
    assert lecture["floor"] == pytest.approx(
        decibels(lecture["photo"].y.mean(axis=0), lecture["photo"].y), abs=1e-3
    )
    assert lecture["outside"] > 0
    bug = [float(part.split()[-2]) for part in printed["exercise-bug-code"].strip().split(",")]
    assert bug[0] - bug[1] > 8
    assert lecture["estimate"] == pytest.approx(12, abs=0.05)
    assert lecture["chosen"] > lecture["drawn"] + 2
    hill = [float(line.split()[-2]) for line in printed["exercise-siren-run"].strip().splitlines()]
    assert hill[1] > max(hill[0], hill[2]) + 2
