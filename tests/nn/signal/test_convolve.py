"""Convolution and correlation against NumPy, SciPy, the loops, and the numbers of the decks."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.nn import ops, signal
from dlcourse.nn.naive import signal as naive

modes = st.sampled_from(["full", "same", "valid"])
kinds = st.sampled_from([np.float32, np.float64, np.int64, np.complex128])
seeds = st.integers(0, 2**32 - 1)


def drawn(rng, shape, dtype):
    """Numbers of a dtype; an integer result leaves no room for a tolerance."""
    if np.dtype(dtype).kind == "i":
        return rng.integers(-9, 10, shape)
    values = rng.standard_normal(shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * rng.standard_normal(shape)
    return values.astype(dtype)


def close(actual, expected):
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    tolerance = 1e-5 if expected.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


@settings(max_examples=150, deadline=None)
@given(n=st.integers(1, 9), m=st.integers(1, 9), mode=modes, dtype=kinds, seed=seeds)
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_one_dimension_equals_numpy(name, n, m, mode, dtype, seed):
    rng = np.random.default_rng(seed)
    a, v = drawn(rng, n, dtype), drawn(rng, m, dtype)
    close(getattr(signal, name)(a, v, mode), getattr(np, name)(a, v, mode))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), mode=modes, dtype=kinds, seed=seeds)
@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
def test_two_dimensions_equal_scipy(name, data, mode, dtype, seed):
    rng = np.random.default_rng(seed)
    large = data.draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    small = tuple(data.draw(st.integers(1, n + (mode != "valid"))) for n in large)
    image, kernel = drawn(rng, large, dtype), drawn(rng, small, dtype)
    options = {"mode": mode, "boundary": data.draw(st.sampled_from(["fill", "wrap", "symm"]))}
    options["fillvalue"] = data.draw(st.sampled_from([0, 2])) * (mode != "valid")
    if options["boundary"] != "fill":  # SciPy reads no further than one image beyond the edge
        small = tuple(min(n, m) for n, m in zip(large, small, strict=True))
        kernel = kernel[: small[0], : small[1]]
    ours = getattr(signal, name)(image, kernel, **options)
    close(ours, getattr(scipy.signal, name)(image, kernel, **options))


def test_valid_takes_the_larger_of_two_images_in_either_place():
    rng = np.random.default_rng(0)
    small, large = rng.standard_normal((2, 3)), rng.standard_normal((4, 6))
    for name in ("convolve2d", "correlate2d"):
        expected = getattr(scipy.signal, name)(small, large, "valid")
        close(getattr(signal, name)(small, large, "valid"), expected)


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.complex128])
@pytest.mark.parametrize("name", ["convolve", "correlate", "convolve2d", "correlate2d"])
@pytest.mark.parametrize(
    ("first", "second"), [((5, 4), (3, 2)), ((1, 2), (3, 4)), ((6, 6), (1, 1))]
)
def test_the_full_result_equals_the_loops(name, first, second, dtype):
    rng = np.random.default_rng(0)
    if not name.endswith("2d"):
        first, second = first[0], second[0]
    a, v = drawn(rng, first, dtype), drawn(rng, second, dtype)
    close(getattr(signal, name)(a, v, mode="full"), getattr(naive, name)(a, v))


@settings(max_examples=50, deadline=None)
@given(seed=seeds, shift=st.integers(0, 4))
def test_to_shift_and_filter_is_to_filter_and_shift(seed, shift):
    rng = np.random.default_rng(seed)
    image, kernel = rng.standard_normal((6, 7)), rng.standard_normal((3, 3))
    shifted = np.roll(image, shift, axis=1)
    for function in (signal.convolve2d, signal.correlate2d):
        filtered = function(image, kernel, "same", "wrap")
        np.testing.assert_allclose(
            function(shifted, kernel, "same", "wrap"), np.roll(filtered, shift, axis=1), atol=1e-12
        )


@settings(max_examples=50, deadline=None)
@given(seed=seeds, n=st.integers(1, 8), m=st.integers(1, 5))
def test_convolution_equals_correlation_when_the_flipped_filter_is_even(seed, n, m):
    """The deck asks it of g and flips g; were f even instead, the two would differ."""
    rng = np.random.default_rng(seed)
    signal_, half = rng.standard_normal(n), rng.standard_normal(m)
    even = np.concatenate([half[::-1], half[1:]])
    np.testing.assert_allclose(
        signal.convolve(signal_, even), signal.correlate(signal_, even, "full"), atol=1e-12
    )
    ramp = np.array([1.0, 2.0, 4.0])
    assert not np.allclose(signal.convolve(even, ramp), signal.correlate(even, ramp, "full"))


FILTER_004 = np.array([[0, 1, -1], [1, 0, 1], [1, 2, 0]])
# The two windows of the slide, side by side one step apart: columns 2 and 3 of the first are
# columns 1 and 2 of the second.
IMAGE_004 = np.array([[1, 2, 3, 1], [4, 5, 6, 3], [7, 8, 9, 8]])


def test_deck_004_gets_32_and_36():
    np.testing.assert_array_equal(signal.correlate2d(IMAGE_004, FILTER_004, "valid"), [[32, 36]])


def test_deck_004_s_98_by_98_maps_come_from_100_by_100():
    map_ = signal.correlate2d(np.ones((100, 100)), FILTER_004, "valid")
    assert map_.shape == (98, 98)


def test_deck_004_s_pooling_gets_9_and_12():
    # Its second window is the first's neighbour: 3 × 3 and stride 3, with no overlap.
    maps = np.array([[1, 2, 3, 5, 2, 1], [4, 5, 6, 5, 7, 1], [7, 8, 9, 9, 5, 12]], dtype=float)
    np.testing.assert_array_equal(ops.max_pool2d(maps[None, None], 3)[0], [[[[9, 12]]]])


IMAGE_002 = np.array(
    [
        [1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 1, 0],
    ]
)
FIRST_002 = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
SECOND_002 = np.array([[-1, 1, -1], [-1, 1, -1], [-1, 1, -1]])
MAP_002 = [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]


def pooled(map_):
    return ops.max_pool2d(np.asarray(map_, dtype=float)[None, None], 2)[0][0, 0]


def test_deck_002_s_first_filter():
    map_ = signal.correlate2d(IMAGE_002, FIRST_002, "valid")
    np.testing.assert_array_equal(map_, MAP_002)
    np.testing.assert_array_equal(pooled(map_), [[3, 0], [3, 1]])


def test_deck_002_s_first_filter_at_stride_2():
    y, _ = ops.conv2d(
        IMAGE_002[None, None].astype(float), FIRST_002[None, None].astype(float), stride=2
    )
    np.testing.assert_array_equal(y[0, 0], [[3, -3], [-3, 0]])


def test_deck_002_s_second_filter_pooled():
    map_ = signal.correlate2d(IMAGE_002, SECOND_002, "valid")
    np.testing.assert_array_equal(pooled(map_), [[-1, 1], [0, 3]])


def test_nothing_that_is_given_is_changed():
    a, v = np.arange(6.0), np.array([1.0, 2.0])
    a.flags.writeable = v.flags.writeable = False
    np.testing.assert_array_equal(signal.convolve(a[::2], v), np.convolve([0, 2, 4], v))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: signal.convolve([], [1]), ValueError, ["convolve: a", "1-dimensional", "(0,)"]),
        (lambda: signal.correlate([1], [[1]]), ValueError, ["correlate: v", "(1, 1)"]),
        (lambda: signal.convolve([1], [1], "inner"), ValueError, ["'valid'", "'inner'"]),
        (lambda: signal.convolve(["a"], [1]), TypeError, ["numbers", "<U1"]),
        (lambda: signal.convolve2d([1], [[1]]), ValueError, ["in1", "2-dimensional", "(1,)"]),
        (
            lambda: signal.correlate2d(np.ones((2, 5)), np.ones((3, 3)), "valid"),
            ValueError,
            ["(2, 5)", "(3, 3)", "'same'"],
        ),
        (
            lambda: signal.convolve2d([[1]], [[1]], boundary="reflect"),
            ValueError,
            ["'symm'", "'reflect'"],
        ),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, error, says):
    with pytest.raises(error) as caught:
        call()
    assert [part for part in says if part not in str(caught.value)] == [], str(caught.value)
