"""The perceptron: its rule, its convergence, and its limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Perceptron as TheirPerceptron
from sklearn.svm import SVC

from dlcourse import nn

XOR_X, XOR_Y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([-1, 1, 1, -1])


def separable(rng, n=30, features=2, gap=0.1):
    """Examples at a distance of at least gap from a random plane, labelled by its sides."""
    normal = rng.standard_normal(features)
    normal /= np.linalg.norm(normal)
    x = rng.standard_normal((n, features))
    y = np.where(x @ normal + 0.2 > 0, 1, -1)
    return x + gap * y[:, None] * normal, y


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.booleans())
def test_mistakes_stay_below_the_bound_of_novikoff(seed, shuffle):
    x, y = separable(np.random.default_rng(seed))
    if len(set(y)) < 2:
        return
    trace = nn.Perceptron(2).fit(x, y, max_epochs=2000, shuffle=shuffle, rng=seed)
    assert trace.converged
    assert trace.updates == sum(trace.mistakes)
    assert [n for n, count in enumerate(trace.mistakes) if not count] == [len(trace.mistakes) - 1]

    # A large-margin separator, found elsewhere, gives a valid margin for the extended examples.
    svm = SVC(kernel="linear", C=1e6).fit(x, y)
    separator = np.append(svm.coef_[0], svm.intercept_)
    extended = np.column_stack([x, np.ones(len(x))])
    margin = (y * (extended @ separator)).min() / np.linalg.norm(separator)
    radius = np.linalg.norm(extended, axis=1).max()
    assert margin > 0
    assert trace.updates <= (radius / margin) ** 2


def test_same_weights_as_scikit_learn():
    x, y = separable(np.random.default_rng(0))
    unit = nn.Perceptron(2)
    trace = unit.fit(x, y)
    theirs = TheirPerceptron(shuffle=False, tol=None, max_iter=len(trace.mistakes)).fit(x, y)
    np.testing.assert_allclose(unit.weight, theirs.coef_[0])
    np.testing.assert_allclose(unit.bias, theirs.intercept_[0])
    np.testing.assert_array_equal(unit.predict(x), theirs.predict(x))


def test_xor_never_converges():
    trace = nn.Perceptron(2).fit(XOR_X, XOR_Y, max_epochs=500)
    assert not trace.converged
    assert min(trace.mistakes) > 0
    assert len(trace.mistakes) == 500


def test_the_trace_replays_the_run():
    x, y = separable(np.random.default_rng(1))
    unit = nn.Perceptron(2)
    trace = unit.fit(x, y)
    weight, bias = np.zeros(2), 0.0
    for n, after_w, after_b in zip(
        trace.examples, trace.weights[1:], trace.biases[1:], strict=True
    ):
        assert y[n] * (x[n] @ weight + bias) <= 0
        weight, bias = weight + y[n] * x[n], bias + y[n]
        np.testing.assert_allclose(after_w, weight)
        assert after_b == bias
    np.testing.assert_array_equal(trace.weights[-1], unit.weight)


def test_an_example_on_the_right_side_changes_nothing():
    unit = nn.Perceptron(2)
    assert unit.update(np.array([1.0, 2.0]), -1)
    before = unit.weight
    assert not unit.update(np.array([1.0, 2.0]), -1)
    assert unit.weight is before
    assert unit.predict(np.array([1.0, 2.0])) == -1


@pytest.mark.parametrize("shape", [(2,), (3, 2)])
def test_predicts_one_or_many(shape):
    assert np.shape(nn.Perceptron(2).predict(np.ones(shape))) == shape[:-1]
