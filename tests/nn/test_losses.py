"""Losses as modules, and every option of the cross-entropy, as PyTorch has them."""

import numpy as np
import pytest
import torch

from dlcourse import nn
from tests.nn.oracles import DTYPES, close

rng = np.random.default_rng(0)
WEIGHT = [0.5, 2.0, 1.5, 0.25]


def compare(ours, theirs, input, target):
    """Loss, gradient and state of both for one input."""
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        close(ours.state_dict()[name], value.numpy())
    leaf = torch.tensor(input, requires_grad=True)
    loss, expected = ours(input, target), theirs(leaf, torch.tensor(target))
    close(loss, expected.detach().numpy())
    dloss = np.random.default_rng(1).standard_normal(np.shape(loss)).astype(input.dtype)
    expected.backward(torch.tensor(dloss))
    close(ours.backward(dloss), leaf.grad.numpy())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 4), (2, 4, 3, 2)])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("soft", [False, True], ids=["classes", "probabilities"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weight": WEIGHT},
        {"label_smoothing": 0.2},
        {"weight": WEIGHT, "label_smoothing": 0.2, "ignore_index": 1},
        {"weight": WEIGHT, "ignore_index": 1},
    ],
    ids=str,
)
def test_cross_entropy_has_every_option_of_pytorch(dtype, shape, reduction, soft, options):
    if soft and "ignore_index" in options:
        options = {name: value for name, value in options.items() if name != "ignore_index"}
    scores = rng.standard_normal(shape).astype(dtype)
    if soft:
        target = rng.uniform(size=shape).astype(dtype)
    else:
        target = rng.integers(4, size=(shape[0], *shape[2:]))
        target.flat[0] = 3  # never are all of them ignored
    their_options = dict(options)
    if "weight" in options:
        their_options["weight"] = torch.tensor(
            options["weight"], dtype=torch.from_numpy(scores).dtype
        )
    ours = nn.CrossEntropyLoss(**options, reduction=reduction, dtype=dtype)
    theirs = torch.nn.CrossEntropyLoss(**their_options, reduction=reduction)
    compare(ours, theirs, scores, target)


@pytest.mark.parametrize("name", ["L1Loss", "SmoothL1Loss", "MSELoss", "BCEWithLogitsLoss"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_elementwise_losses_equal_pytorch(name, reduction):
    input = rng.standard_normal((5, 4)).astype(np.float32)
    target = rng.uniform(size=(5, 4)).astype(np.float32)
    ours = getattr(nn, name)(reduction=reduction)
    compare(ours, getattr(torch.nn, name)(reduction=reduction), input, target)


def test_factors_of_the_binary_cross_entropy_are_buffers_as_in_pytorch():
    input = rng.standard_normal((5, 4)).astype(np.float32)
    target = rng.integers(2, size=(5, 4)).astype(np.float32)
    weight = rng.uniform(size=(5, 1)).astype(np.float32)
    ours = nn.BCEWithLogitsLoss(weight, pos_weight=WEIGHT)
    theirs = torch.nn.BCEWithLogitsLoss(torch.tensor(weight), pos_weight=torch.tensor(WEIGHT))
    compare(ours, theirs, input, target)


@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_the_smooth_l1_loss_takes_its_beta(beta):
    input, target = (rng.standard_normal((5, 4)).astype(np.float32) for _ in range(2))
    compare(nn.SmoothL1Loss(beta=beta), torch.nn.SmoothL1Loss(beta=beta), input, target)


def test_at_a_kink_the_slope_is_that_of_pytorch():
    zero, one = np.zeros(3, dtype=np.float32), np.array([0, 1, -1], dtype=np.float32)
    compare(nn.L1Loss(reduction="none"), torch.nn.L1Loss(reduction="none"), one, zero)
    compare(nn.SmoothL1Loss(reduction="sum"), torch.nn.SmoothL1Loss(reduction="sum"), one, zero)


def test_extreme_scores_have_a_finite_binary_loss():
    criterion = nn.BCEWithLogitsLoss(reduction="none")
    loss = criterion(np.array([1e4, -1e4, 1e4]), np.array([1.0, 0.0, 0.0]))
    np.testing.assert_array_equal(loss, [0, 0, 1e4])
    np.testing.assert_array_equal(criterion.backward(np.ones(3)), [0, 0, 1])


def test_a_uniform_guess_costs_the_logarithm_of_the_number_of_classes():
    """With any smoothing: the smoothed target has the same loss against a uniform guess."""
    for smoothing in (0.0, 0.1, 1.0):
        loss = nn.CrossEntropyLoss(label_smoothing=smoothing)(np.zeros((3, 10)), [0, 4, 9])
        np.testing.assert_allclose(loss, np.log(10))
