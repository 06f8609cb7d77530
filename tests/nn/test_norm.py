"""Normalization layers: running estimates, modes, and weight standardization."""

import numpy as np
import pytest
import torch

from dlcourse import nn
from dlcourse.nn import ops
from tests.nn.oracles import close

OPTIONS = [
    {},
    {"momentum": 0.7},
    {"momentum": None},
    {"affine": False},
    {"track_running_stats": False},
]


@pytest.mark.parametrize("name", ["BatchNorm1d", "BatchNorm2d", "InstanceNorm2d"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_training_and_its_evaluation_equal_pytorch(name, options):
    """Three batches, an evaluation, another batch: outputs, gradients and buffers."""
    options = {"affine": True, "track_running_stats": True, **options}
    if name == "InstanceNorm2d" and options.get("momentum", 0.1) is None:
        with pytest.raises(ValueError, match="momentum must be a number"):
            nn.InstanceNorm2d(3, **options)
        return
    ours, theirs = getattr(nn, name)(3, **options), getattr(torch.nn, name)(3, **options)
    rng = np.random.default_rng(0)
    for training in (True, True, True, False, True):
        ours.train(training)
        theirs.train(training)
        shape = (4, 3) if name == "BatchNorm1d" else (4, 3, 2, 5)
        x = rng.normal(3, 2, shape).astype(np.float32)
        leaf = torch.tensor(x, requires_grad=True)
        y, expected = ours(x), theirs(leaf)
        close(y, expected.detach().numpy())
        dy = rng.standard_normal(shape).astype(np.float32)
        expected.backward(torch.tensor(dy))
        close(ours.backward(dy), leaf.grad.numpy())
        assert list(ours.state_dict()) == list(theirs.state_dict())
        for key, value in theirs.state_dict().items():
            close(ours.state_dict()[key], value.numpy())


def test_a_state_dict_in_the_middle_of_a_training_is_taken_up():
    theirs = torch.nn.BatchNorm2d(3)
    for _ in range(3):
        theirs(torch.randn(4, 3, 5, 5, generator=torch.Generator().manual_seed(0)))
    ours = nn.BatchNorm2d(3)
    ours.load_state_dict(theirs.state_dict())
    assert int(ours.num_batches_tracked) == 3
    x = np.ones((2, 3, 2, 2), dtype=np.float32)
    close(ours.eval()(x), theirs.eval()(torch.tensor(x)).detach().numpy())


def test_the_biased_variance_normalizes_and_the_unbiased_one_is_kept():
    layer = nn.BatchNorm1d(1, eps=0.0, momentum=1.0)
    y = layer(np.array([[1.0], [3.0]], dtype=np.float32))
    np.testing.assert_array_equal(y, [[-1], [1]])
    np.testing.assert_array_equal(layer.running_mean, [2])
    np.testing.assert_array_equal(layer.running_var, [2])


def test_a_backward_that_is_owed_survives_a_later_training_batch():
    layer = nn.BatchNorm1d(3)
    x = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
    dy = np.ones_like(layer.eval()(x))
    expected = layer.backward(dy)
    kept = layer.weight.grad
    layer.zero_grad()
    layer(x)
    layer.train()(x + 5)
    layer.backward(dy)
    layer.zero_grad()
    np.testing.assert_array_equal(layer.backward(dy), expected)
    np.testing.assert_array_equal(layer.weight.grad, kept)


def test_one_group_is_layer_norm_and_a_group_a_channel_is_instance_norm():
    x = np.random.default_rng(0).standard_normal((2, 6, 4, 4))
    close(ops.group_norm(x, 1)[0], ops.layer_norm(x, (6, 4, 4))[0])
    close(ops.group_norm(x, 6)[0], ops.instance_norm(x)[0])


@pytest.mark.parametrize("make", [nn.StdConv2d, nn.ScaledStdConv2d])
def test_standardized_convolutions_pass_the_gradient_check(make):
    layer = make(4, 2, 3, padding=1, groups=2, rng=0).double()
    x = np.random.default_rng(0).standard_normal((2, 4, 3, 3))
    assert nn.gradcheck(layer, x)


@pytest.mark.parametrize("scaled", [False, True])
def test_standardized_convolutions_equal_batch_norm_of_the_weights(scaled):
    """The definition as timm writes it: batch norm over each output's weights."""
    make = nn.ScaledStdConv2d if scaled else nn.StdConv2d
    layer = make(4, 6, 3, rng=0, dtype=np.float64, **({"gamma": 1.5} if scaled else {}))
    weight = torch.tensor(layer.weight.data)
    gain = torch.full((6,), 1.5 * 36**-0.5 if scaled else 1.0, dtype=torch.float64)
    rows = torch.nn.functional.batch_norm(
        weight.reshape(1, 6, -1), None, None, gain, training=True, eps=1e-6
    )
    x = np.random.default_rng(0).standard_normal((2, 4, 5, 5))
    bias = torch.tensor(layer.bias.data)
    expected = torch.nn.functional.conv2d(torch.tensor(x), rows.reshape(6, 4, 3, 3), bias)
    close(layer(x), expected.numpy())
    names = ["weight", "bias", "gain"] if scaled else ["weight", "bias"]
    assert [name for name, _ in layer.named_parameters()] == names
