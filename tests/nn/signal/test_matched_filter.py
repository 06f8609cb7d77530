"""Matched filters: the best peak in noise, by an eigenvector, by simulation, by correlations."""

import re

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.nn import signal

seeds = st.integers(0, 2**32 - 1)


def covariance_of(rng, size):
    """A random covariance, well enough conditioned."""
    factor = rng.standard_normal((size, size))
    return factor @ factor.T + 0.5 * np.eye(size)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, size=st.integers(1, 6))
def test_no_other_filter_has_more_signal_to_noise(seed, size):
    """The ratio (hᵀs)² / hᵀRh is largest for the first generalized eigenvector of (s sᵀ, R)."""
    rng = np.random.default_rng(seed)
    template, covariance = rng.standard_normal(size), covariance_of(rng, size)
    ratios, vectors = scipy.linalg.eigh(np.outer(template, template), covariance)
    best = vectors[:, -1] * np.sign(vectors[:, -1] @ template)  # eigh makes hᵀRh = 1
    x = rng.standard_normal(20 + size)
    expected = np.correlate(x, best, "valid")
    actual = signal.matched_filter(x, template, noise_covariance=covariance)
    np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-6)
    peak = signal.matched_filter(template, template, noise_covariance=covariance)
    np.testing.assert_allclose(peak**2, ratios[-1:], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finds_a_template_in_coloured_noise(dtype):
    rng = np.random.default_rng(0)
    smooth = np.array([0.5, 1.0, 0.5])
    noise = np.convolve(rng.standard_normal(5002), smooth, "valid")
    lags = np.convolve(smooth, smooth)[2:]  # covariances of the noise at lags 0, 1, 2
    covariance = scipy.linalg.toeplitz(np.concatenate([lags, np.zeros(5)]))
    template = np.array([1, -1, 2, -2, 2, -2, 1, -1.0])
    x = noise.astype(dtype)
    response = signal.matched_filter(x, template, noise_covariance=covariance)
    assert response.dtype == dtype
    # 5000 responses with a correlation over 8 places: their deviation is known within 5%.
    np.testing.assert_allclose(response.std(), 1, rtol=0.05)
    x[3000:3008] += template.astype(dtype)
    assert signal.matched_filter(x, template, noise_covariance=covariance).argmax() == 3000


def test_white_noise_needs_no_matrix():
    rng = np.random.default_rng(0)
    image, template = rng.standard_normal((9, 8)), rng.standard_normal((3, 2))
    plain = signal.matched_filter(image, template)
    np.testing.assert_allclose(
        plain, signal.matched_filter(image, template, noise_covariance=np.eye(6)), atol=1e-12
    )
    expected = scipy.signal.correlate2d(image, template / np.linalg.norm(template), "valid")
    np.testing.assert_allclose(plain, expected, atol=1e-12)
    assert signal.matched_filter(image, template, mode="same").shape == image.shape


@settings(max_examples=40, deadline=None)
@given(seed=seeds, offset=st.sampled_from([0.0, 1e4]), two=st.booleans())
def test_normalized_cross_correlation_is_the_correlation_of_every_window(seed, offset, two):
    rng = np.random.default_rng(seed)
    shape, small = ((6, 7), (2, 3)) if two else ((12,), (4,))
    x, template = offset + rng.standard_normal(shape), rng.standard_normal(small)
    actual = signal.normalized_cross_correlation(x, template)
    expected = np.empty_like(actual)
    for place in np.ndindex(expected.shape):
        window = x[tuple(slice(p, p + m) for p, m in zip(place, small, strict=True))]
        expected[place] = np.corrcoef(window.ravel(), template.ravel())[0, 1]
    np.testing.assert_allclose(actual, expected, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_brightness_and_contrast_do_not_matter(dtype):
    rng = np.random.default_rng(0)
    template = rng.uniform(size=(4, 4)).astype(dtype)
    image = rng.uniform(size=(20, 20)).astype(dtype)
    image[5:9, 11:15] = 0.1 * template + 0.7
    image[12:18, 2:9] = 0.3  # constant: no direction to correlate with
    y = signal.normalized_cross_correlation(image, template)
    assert y.dtype == dtype
    assert np.unravel_index(y.argmax(), y.shape) == (5, 11)
    np.testing.assert_allclose(y[5, 11], 1, rtol=1e-4)
    np.testing.assert_array_equal(y[12:15, 2:6], 0)


ones = np.ones(3)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: signal.matched_filter(ones, [0.0, 0.0]), ["not be zero"]),
        (lambda: signal.matched_filter(ones, [[1.0]]), ["template", "1-dimensional", "(1, 1)"]),
        (
            lambda: signal.matched_filter(ones, [1.0, 2.0], noise_covariance=np.eye(3)),
            ["(2, 2)", "(3, 3)"],
        ),
        (
            lambda: signal.matched_filter(ones, [1.0, 2.0], noise_covariance=[[1, 2], [2, 1]]),
            ["positive definite"],
        ),
        (
            lambda: signal.matched_filter(ones, [1.0, 2.0], noise_covariance=[[1, 1], [0, 1]]),
            ["symmetric"],
        ),
        (lambda: signal.normalized_cross_correlation(ones, np.ones(4)), ["(4,)", "(3,)"]),
        (lambda: signal.normalized_cross_correlation(ones, [2.0, 2.0]), ["constant"]),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, says):
    with pytest.raises(ValueError, match=".*".join(map(re.escape, says))):
        call()
