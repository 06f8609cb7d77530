"""Positional encodings: their formulas number by number, and the properties they are used for."""

import math

import numpy as np
import pytest

from dlcourse import nn
from dlcourse.nn import ops
from tests.nn.oracles import close

rng = np.random.default_rng(0)


def test_the_table_is_the_formula_of_the_paper():
    layer = nn.SinusoidalPositionalEncoding(6, max_len=50)
    table = layer(np.zeros((50, 6)))
    for t in range(50):
        for i in range(3):
            angle = t / 10000 ** (2 * i / 6)
            assert table[t, 2 * i] == pytest.approx(math.sin(angle), abs=1e-13)
            assert table[t, 2 * i + 1] == pytest.approx(math.cos(angle), abs=1e-13)


def test_a_shift_is_a_rotation_of_every_pair():
    d, k = 8, 5
    layer = nn.SinusoidalPositionalEncoding(d, max_len=40, base=100.0)
    pairs = layer(np.zeros((40, d))).reshape(40, d // 2, 2)
    angles = k / 100.0 ** (np.arange(0, d, 2) / d)
    sine, cosine = pairs[..., 0], pairs[..., 1]
    turned = np.stack(
        [
            sine * np.cos(angles) + cosine * np.sin(angles),
            cosine * np.cos(angles) - sine * np.sin(angles),
        ],
        axis=-1,
    )
    close(turned[:-k], pairs[k:])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_layout_gets_the_same_places_and_its_dtype(dtype):
    x = rng.standard_normal((7, 3, 4)).astype(dtype)
    layer = nn.SinusoidalPositionalEncoding(4, max_len=7)
    y = layer(x)
    first = nn.SinusoidalPositionalEncoding(4, max_len=7, batch_first=True)
    close(first(x.swapaxes(0, 1)), y.swapaxes(0, 1))
    close(layer(x[:, 1]), y[:, 1])
    close(first(x[:, 1]), y[:, 1])
    assert y.dtype == dtype
    assert list(layer.state_dict()) == []


def test_the_encodings_pass_the_gradient_check():
    assert nn.gradcheck(nn.SinusoidalPositionalEncoding(4), rng.standard_normal((3, 2, 4)))
    layer = nn.FourierFeatures(2, 5, scale=2.0, rng=0).double()
    assert nn.gradcheck(layer, rng.uniform(size=(3, 2)))
    assert nn.gradcheck(
        nn.Sequential(layer, nn.Linear(10, 3, rng=0).double()), rng.uniform(size=(3, 2))
    )


def test_fourier_features_depend_on_the_distance_of_points():
    layer = nn.FourierFeatures(2, 64, scale=3.0, rng=0).double()
    x, y, shift = rng.uniform(size=(3, 10, 2))
    product = (layer(x) * layer(y)).sum(-1)
    close((layer(x + shift) * layer(y + shift)).sum(-1), product)
    close(product, np.cos(2 * np.pi * (x - y) @ layer.frequencies.T).sum(-1))


def test_frequencies_have_their_scale_repeat_with_their_seed_and_are_not_learned():
    layer, again = (nn.FourierFeatures(3, 4000, scale=7.0, rng=5) for _ in range(2))
    np.testing.assert_array_equal(layer.frequencies, again.frequencies)
    assert abs(layer.frequencies.mean()) < 7 * 5 / np.sqrt(12000)
    assert layer.frequencies.std() == pytest.approx(7.0, rel=0.05)
    assert list(layer.parameters()) == []
    assert list(layer.state_dict()) == ["frequencies"]


def test_the_input_gradient_may_be_left_out():
    net = nn.Sequential(nn.FourierFeatures(2, 8, rng=0), nn.Linear(16, 1, rng=0))
    y = net(rng.uniform(size=(4, 2)).astype(np.float32))
    assert net.backward(np.ones_like(y), input_grad=False) is None
    _, backward = ops.fourier_features(np.ones((4, 2)), np.ones((8, 2)))
    assert backward(np.ones((4, 16)), input_grad=False)[0] is None


x32 = np.ones((4, 2, 6), dtype=np.float32)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: ops.fourier_features(x32, x32[0, 0]), ValueError, ["(F, in)", "(6,)"]),
        (lambda: ops.fourier_features(x32, x32[0, :, :2]), ValueError, ["(..., 2)", "(4, 2, 6)"]),
        (lambda: nn.FourierFeatures(2, 0), ValueError, ["num_frequencies", "0"]),
        (lambda: nn.FourierFeatures(2, 3, scale=0), ValueError, ["scale", "0"]),
        (lambda: nn.FourierFeatures(2, 3)(x32), ValueError, ["(..., 2)", "(4, 2, 6)"]),
        (lambda: nn.SinusoidalPositionalEncoding(5), ValueError, ["even", "5"]),
        (lambda: nn.SinusoidalPositionalEncoding(4, 0), ValueError, ["max_len", "0"]),
        (lambda: nn.SinusoidalPositionalEncoding(4, base=0), ValueError, ["base", "0"]),
        (lambda: nn.SinusoidalPositionalEncoding(6, 3)(x32), ValueError, ["max_len = 3", "4"]),
        (lambda: nn.SinusoidalPositionalEncoding(4)(x32), ValueError, ["(T, N, 4)", "(4, 2, 6)"]),
        (
            lambda: nn.SinusoidalPositionalEncoding(6)(x32.astype(int)),
            ValueError,
            ["floats", "int64"],
        ),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    assert [part for part in says if part not in message] == [], message
    assert "\n" not in message
