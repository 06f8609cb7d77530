"""Convolutions as matrices: SciPy's, PyTorch's layers, and what their rank says."""

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.nn import signal

F = torch.nn.functional
seeds = st.integers(0, 2**32 - 1)
few = st.integers(1, 4)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 5), m=st.integers(1, 5), seed=seeds)
def test_toeplitz_equals_scipy(n, m, seed):
    rng = np.random.default_rng(seed)
    c, r = rng.standard_normal((2, max(n, m))) + 1j * rng.standard_normal((2, max(n, m)))
    np.testing.assert_array_equal(
        signal.toeplitz(c[:n], r[:m]), scipy.linalg.toeplitz(c[:n], r[:m])
    )
    np.testing.assert_array_equal(signal.toeplitz(c), scipy.linalg.toeplitz(c))


@settings(max_examples=60, deadline=None)
@given(m=few, n=st.integers(1, 6), mode=st.sampled_from(["full", "same", "valid"]), seed=seeds)
def test_convolution_matrix_equals_scipy(m, n, mode, seed):
    a = np.random.default_rng(seed).standard_normal(m)
    expected = scipy.linalg.convolution_matrix(a, n, mode)
    np.testing.assert_array_equal(signal.convolution_matrix(a, n, mode), expected)


@st.composite
def layers(draw, axes):
    """x, weight and options of a layer whose kernel fits."""
    rng = np.random.default_rng(draw(seeds))
    sizes = tuple(draw(st.integers(5, 8)) for _ in range(axes))
    kernel = tuple(draw(st.integers(1, 3)) for _ in range(axes))
    groups = draw(st.sampled_from([1, 1, 2])) if axes == 2 else 1
    inner, outputs = draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))

    def option(least, most):
        return tuple(draw(st.integers(least, most)) for _ in range(axes))

    options = {"stride": option(1, 3), "padding": option(0, 2), "dilation": option(1, 2)}
    if draw(st.booleans()):
        options.update(stride=(1,) * axes, padding=draw(st.sampled_from(["same", "valid"])))
    x = rng.standard_normal((inner * groups, *sizes))
    return x, rng.standard_normal((outputs, inner, *kernel)), options, groups


# PyTorch copies the input where "same" pads one side more than the other, and warns of it.
copies = pytest.mark.filterwarnings("ignore:Using padding='same'")


@copies
@settings(max_examples=80, deadline=None)
@given(layer=layers(2), seed=seeds)
def test_the_matrix_of_a_2d_layer_is_pytorchs_convolution(layer, seed):
    x, weight, options, groups = layer
    matrix = signal.conv2d_matrix(weight, x.shape[1:], **options, groups=groups)
    leaf = torch.tensor(x[None], requires_grad=True)
    expected = F.conv2d(leaf, torch.tensor(weight), groups=groups, **options)
    np.testing.assert_allclose(matrix @ x.ravel(), expected.detach().ravel(), atol=1e-12)
    # Its transpose carries the gradient back.
    dy = np.random.default_rng(seed).standard_normal(tuple(expected.shape))
    expected.backward(torch.tensor(dy))
    np.testing.assert_allclose(matrix.T @ dy.ravel(), leaf.grad.ravel(), atol=1e-12)


@copies
@settings(max_examples=60, deadline=None)
@given(layer=layers(1))
def test_the_matrix_of_a_1d_layer_is_pytorchs_convolution(layer):
    x, weight, options, _groups = layer
    plain = {name: v[0] if isinstance(v, tuple) else v for name, v in options.items()}
    matrix = signal.conv1d_matrix(weight, x.shape[1], **plain)
    expected = F.conv1d(torch.tensor(x[None]), torch.tensor(weight), **plain)
    np.testing.assert_allclose(matrix @ x.ravel(), expected.ravel(), atol=1e-12)


def test_the_transpose_is_the_transposed_convolution():
    rng = np.random.default_rng(0)
    weight, y = rng.standard_normal((2, 3, 4, 4)), rng.standard_normal((2, 5, 6))
    matrix = signal.conv2d_matrix(weight, (10, 12), stride=2, padding=1)
    expected = F.conv_transpose2d(torch.tensor(y[None]), torch.tensor(weight), stride=2, padding=1)
    np.testing.assert_allclose((matrix.T @ y.ravel()), expected.ravel(), atol=1e-12)


def test_a_2d_convolution_is_doubly_blocked_toeplitz():
    kernel = np.random.default_rng(0).standard_normal((2, 3))
    rows = [scipy.linalg.convolution_matrix(row[::-1], 5, "valid") for row in kernel]
    empty = np.zeros_like(rows[0])
    expected = np.block([[rows[0], rows[1], empty], [empty, rows[0], rows[1]]])
    np.testing.assert_array_equal(signal.conv2d_matrix(kernel, (3, 5)), expected)


def test_sharing_takes_7_inputs_and_3_units_from_21_weights_to_9_to_3():
    matrix = signal.conv1d_matrix([2.0, 3.0, 5.0], size=7, stride=2)
    assert matrix.size == 21
    assert np.count_nonzero(matrix) == 9
    assert len(np.unique(matrix[matrix != 0])) == 3


def slopes(a, b):
    """The derivatives of the coefficients of a ∗ b: those by a, then those by b, as columns."""
    by_a, by_b = (
        signal.conv2d_matrix(
            kernel[::-1, ::-1], other.shape, padding=tuple(n - 1 for n in kernel.shape)
        )
        for kernel, other in ((b, a), (a, b))
    )
    return by_a, by_b


def dilated(kernel):
    spread = np.zeros((5, 5))
    spread[::2, ::2] = kernel
    return spread


def test_degrees_of_freedom_are_what_deck_001_counts_less_a_shared_scale():
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal((2, 3, 3))

    chained = np.hstack(slopes(first, second))
    assert chained.shape == (25, 18)
    assert np.linalg.matrix_rank(chained) == 17

    separable = np.hstack(slopes(first[:, :1], second[:1]))
    assert separable.shape == (9, 6)
    assert np.linalg.matrix_rank(separable) == 5

    free = dilated(np.ones((3, 3))).ravel() > 0
    assert (free.size, np.count_nonzero(free)) == (25, 9)

    by_first, by_second = slopes(first, dilated(second))
    chained = np.hstack([by_first, by_second[:, free]])
    assert chained.shape == (49, 18)
    assert np.linalg.matrix_rank(chained) == 17


def test_the_slopes_that_are_counted_are_those_of_the_composed_filter():
    """a ∗ b is linear in each of its factors: the derivative by one, times it, is a ∗ b."""
    rng = np.random.default_rng(1)
    first, second = rng.standard_normal((2, 3, 3))
    by_first, by_second = slopes(first, second)
    composed = signal.convolve2d(first, second).ravel()
    np.testing.assert_allclose(by_first @ first.ravel(), composed, atol=1e-12)
    np.testing.assert_allclose(by_second @ second.ravel(), composed, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: signal.toeplitz([]), "c must be.*not empty"),
        (lambda: signal.toeplitz([1], [[1]]), r"r must be.*\(1, 1\)"),
        (lambda: signal.convolution_matrix([1], 0), "n must be.*0"),
        (lambda: signal.convolution_matrix([1], 2, "all"), "'valid'.*'all'"),
        (lambda: signal.conv1d_matrix([[1]], 3), r"\(out, C, k\).*\(1, 1\)"),
        (lambda: signal.conv1d_matrix([1], 0), "size.*at least 1.*0"),
        (lambda: signal.conv1d_matrix([1, 2, 3], 2), "1 × 3.*1 × 2.*padding"),
        (lambda: signal.conv2d_matrix([1], (3, 3)), r"kh, kw.*\(1,\)"),
        (lambda: signal.conv2d_matrix([[1]], 3), r"\(H, W\).*3"),
        (lambda: signal.conv2d_matrix(np.ones((3, 1, 1, 1)), (3, 3), groups=2), "3 outputs.*2"),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, says):
    with pytest.raises(ValueError, match=says):
        call()
