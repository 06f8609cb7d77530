"""Every operation against its naive twin, a float64 numerical gradient, and PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import nn
from dlcourse.nn import naive, ops
from tests.nn.attention_cases import ATTENTION_CASES
from tests.nn.image_cases import IMAGE_CASES
from tests.nn.norm_cases import NORM_CASES
from tests.nn.oracles import CASES, DTYPES, close, leaves, mapped
from tests.nn.positional_cases import POSITIONAL_CASES
from tests.nn.recurrent_cases import RECURRENT_CASES

ALL = CASES + IMAGE_CASES + NORM_CASES + RECURRENT_CASES + ATTENTION_CASES + POSITIONAL_CASES
cases = pytest.mark.parametrize("case", ALL, ids=repr)
dtypes = pytest.mark.parametrize("dtype", DTYPES)


def cast(drawn, dtype):
    """The drawn arrays, and the floating ones among the other arguments, in a dtype."""
    arrays = [array.astype(dtype) for array in drawn.arrays]
    others = [a.astype(dtype) if a.dtype.kind == "f" else a for a in drawn.others]
    return arrays, others


def gradients(result):
    """A backward's result as a list, without the places of arguments that were left out."""
    values = list(result) if isinstance(result, tuple) else [result]
    return [value for value in values if value is not None]


def upstream(y, seed=0):
    """A random dL/dy: ones would hide an error that is constant over the output."""
    rng = np.random.default_rng(seed)
    return mapped(lambda part: rng.standard_normal(np.shape(part)).astype(part.dtype), y)


def test_the_table_holds_every_operation():
    assert {case.name for case in ALL} == set(ops.__all__) == set(naive.__all__)


@cases
@dtypes
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_equals_the_naive_twin(case, dtype, data):
    drawn = data.draw(case.draw)
    arrays, others = cast(drawn, dtype)
    y, backward = case.call(getattr(ops, case.name), arrays, drawn, others)
    expected, naive_backward = case.call(getattr(naive, case.name), arrays, drawn, others)
    close(y, expected)
    dy = upstream(y)
    for actual, oracle in zip(gradients(backward(dy)), gradients(naive_backward(dy)), strict=True):
        close(actual, oracle)


@cases
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_gradient_equals_the_numerical_one(case, data):
    drawn = data.draw(case.draw)

    def function(*arrays):
        y, backward = case.call(getattr(ops, case.name), arrays, drawn)
        return y, lambda dy: tuple(gradients(backward(dy)))

    assert nn.gradcheck(function, *drawn.arrays, tol=2e-6)


@cases
@dtypes
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_equals_pytorch(case, dtype, data):
    drawn = data.draw(case.draw)
    arrays, others = cast(drawn, dtype)
    y, backward = case.call(getattr(ops, case.name), arrays, drawn, others)
    inputs = [torch.tensor(array, requires_grad=True) for array in arrays]
    expected = case.call(case.torch, inputs, drawn, list(map(torch.tensor, others)))
    close(y, mapped(lambda part: part.detach().numpy(), expected))
    dy = upstream(y)
    torch.autograd.backward(leaves(expected), list(map(torch.tensor, leaves(dy))))
    for actual, leaf in zip(gradients(backward(dy)), inputs, strict=True):
        close(actual, leaf.grad.numpy())


@cases
@dtypes
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_strided_and_read_only_inputs_give_the_same_and_stay_as_they_were(case, dtype, data):
    drawn = data.draw(case.draw)
    arrays, others = cast(drawn, dtype)

    def strided(array):
        wide = np.full((*array.shape[:-1], 2 * array.shape[-1]), np.nan, array.dtype)
        view = wide[..., ::2]
        view[...] = array
        view.flags.writeable = False
        return view

    views = [strided(array) if array.ndim else array for array in arrays]
    function = getattr(ops, case.name)
    y, backward = case.call(function, arrays, drawn, others)
    y_view, backward_view = case.call(function, views, drawn, others)
    dy = upstream(y)
    for part in leaves(dy):
        if np.ndim(part):
            part.flags.writeable = False
    close(y_view, y)
    first = gradients(backward_view(dy))
    for actual, oracle in zip(first, gradients(backward(dy)), strict=True):
        close(actual, oracle)
    for again, oracle in zip(gradients(backward_view(dy)), first, strict=True):
        np.testing.assert_array_equal(again, oracle)
    for view, array in zip(views, arrays, strict=True):
        np.testing.assert_array_equal(view, array)


@dtypes
def test_linear_leaves_the_input_gradient_out_when_asked(dtype):
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((4, 3)).astype(dtype), rng.standard_normal((2, 3)).astype(dtype)
    y, backward = ops.linear(x, weight)
    dx, dweight, dbias = backward(np.ones_like(y), input_grad=False)
    assert dx is None
    assert dbias is None
    np.testing.assert_array_equal(dweight, backward(np.ones_like(y))[1])


def test_linear_takes_any_leading_axes_as_pytorch_does():
    rng = np.random.default_rng(0)
    x, weight, bias = (rng.standard_normal(shape) for shape in ((2, 5, 3), (4, 3), (4,)))
    y, backward = ops.linear(x, weight, bias)
    inputs = [torch.tensor(array, requires_grad=True) for array in (x, weight, bias)]
    expected = torch.nn.functional.linear(*inputs)
    expected.sum().backward()
    close(y, expected.detach().numpy())
    for actual, leaf in zip(backward(np.ones_like(y)), inputs, strict=True):
        close(actual, leaf.grad.numpy())


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 4, 5), (2, 4, 3, 2)])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("soft", [False, True], ids=["classes", "probabilities"])
def test_cross_entropy_takes_every_shape_of_pytorch(shape, reduction, soft):
    rng = np.random.default_rng(0)
    scores = rng.standard_normal(shape)
    axis = min(1, len(shape) - 1)
    if soft:
        target = rng.uniform(size=shape)  # PyTorch does not ask that they add up to 1
    else:
        target = rng.integers(4, size=shape[:axis] + shape[axis + 1 :])
    loss, backward = ops.cross_entropy(scores, target, reduction)
    leaf = torch.tensor(scores, requires_grad=True)
    expected = torch.nn.functional.cross_entropy(leaf, torch.tensor(target), reduction=reduction)
    close(loss, expected.detach().numpy())
    dy = upstream(loss)
    expected.backward(torch.tensor(dy))
    close(backward(dy), leaf.grad.numpy())


@dtypes
def test_extreme_scores_stay_finite(dtype):
    scores = np.array([[1e4, -1e4], [-1e30, 1e30]], dtype=dtype)
    assert np.isfinite(ops.softmax(scores)[0]).all()
    assert np.isfinite(ops.sigmoid(scores)[0]).all()
    loss, backward = ops.cross_entropy(scores[:1], [1])
    np.testing.assert_allclose(loss, 2e4)
    np.testing.assert_array_equal(backward(), np.array([[1, -1]], dtype=dtype))


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "prelu"])
def test_the_derivative_at_the_kink_is_that_of_pytorch(name):
    slope = [] if name != "prelu" else [np.array([0.25])]
    zero = np.zeros(1)
    _y, backward = getattr(ops, name)(zero, *slope)
    leaf = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    getattr(torch.nn.functional, name)(leaf, *map(torch.tensor, slope)).backward()
    np.testing.assert_array_equal(gradients(backward(np.ones(1)))[0], leaf.grad.numpy())
