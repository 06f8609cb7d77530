"""Branches are kept as often as said, keep their mean, and are whole in eval mode."""

import pytest
import torch

from dlcourse.models.stochastic_depth import StochasticDepth, rates


def test_whole_examples_are_dropped_and_the_mean_stays():
    torch.manual_seed(0)
    y = StochasticDepth(0.25)(torch.ones(20_000, 3))
    assert ((y == y[:, :1]).all(1)).all()
    assert y.unique().tolist() == pytest.approx([0, 4 / 3])
    assert y.mean().item() == pytest.approx(1.0, abs=0.02)


def test_eval_mode_leaves_everything():
    x = torch.randn(5, 2)
    assert torch.equal(StochasticDepth(0.9).eval()(x), x)


def test_rates_grow_in_equal_steps():
    assert rates(0.3, 3) == pytest.approx([0.0, 0.1, 0.2])


@pytest.mark.parametrize("p", [-0.1, 1.0])
def test_a_rate_that_is_none_is_refused(p):
    with pytest.raises(ValueError, match=r"p lies in \[0, 1\)"):
        StochasticDepth(p)
