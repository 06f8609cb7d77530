"""Penalties: what each prefers, and that SGD's weight decay is the gradient of one."""

import numpy as np
import pytest

from dlcourse import nn, optim
from dlcourse.nn import ops

ONE = np.array([1.0, 0.0, 0.0, 0.0])
SPREAD = np.array([0.25, 0.25, 0.25, 0.25])


def test_deck_003s_two_weights_have_one_score_and_l2_prefers_the_spread_one():
    x = np.ones(4)
    assert ONE @ x == SPREAD @ x == 1
    assert ops.l2_penalty(ONE)[0] == 1
    assert ops.l2_penalty(SPREAD)[0] == 0.25
    assert ops.l1_penalty(ONE)[0] == ops.l1_penalty(SPREAD)[0] == 1


def test_descent_on_l1_reaches_zero_and_on_l2_only_comes_near():
    """dL/dw of (w − 0.3)² / 2 is w − 0.3: at λ = 0.5 the minimum of L1 is 0, of L2 0.3 / 2."""
    ends = []
    for penalty in (ops.l1_penalty, ops.l2_penalty):
        w = np.array([1.0])
        for _ in range(4000):
            w = w - 0.001 * (w - 0.3 + penalty(w)[1](0.5))
        ends.append(w[0])
    np.testing.assert_allclose(ends, [0, 0.15], atol=1e-3)


def test_weight_decay_is_twice_lambda():
    rng = np.random.default_rng(0)
    values, grad = rng.standard_normal((2, 3, 4))
    decayed, penalized = nn.Parameter(values.copy()), nn.Parameter(values.copy())
    decayed.accumulate(grad)
    optim.SGD([decayed], lr=0.1, weight_decay=0.06).step()
    penalized.accumulate(grad + ops.l2_penalty(values)[1](0.03))
    optim.SGD([penalized], lr=0.1).step()
    np.testing.assert_allclose(decayed.data, penalized.data, rtol=1e-14)


@pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty", "elastic_net_penalty"])
def test_the_gradient_scales_with_lambda_and_is_0_at_0(name):
    _, backward = getattr(ops, name)(np.array([2.0, 0.0]))
    np.testing.assert_allclose(backward(0.25), 0.25 * backward())
    assert backward()[1] == 0


def test_refusals_name_what_was_expected_and_what_came():
    with pytest.raises(ValueError, match=r"beta.*at least 0.*-1"):
        ops.elastic_net_penalty(ONE, beta=-1)
    with pytest.raises(TypeError, match=r"floats.*int64"):
        ops.l1_penalty([1, 2])
