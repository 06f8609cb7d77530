"""Dropout, embeddings, residual paths, and the error function behind GELU."""

import math

import numpy as np
import pytest
import torch

import dlcourse
from dlcourse import nn
from dlcourse.nn import naive, ops
from dlcourse.nn.ops.smooth_activations import erf
from tests.nn.oracles import close


@pytest.mark.parametrize(("dtype", "error"), [(np.float64, 5e-16), (np.float32, 1e-7)])
def test_erf_keeps_its_stated_error(dtype, error):
    x = np.linspace(-7, 7, 20_011).astype(dtype)
    exact = np.array([math.erf(value) for value in x])
    assert erf(x).dtype == dtype
    assert np.abs(erf(x).astype(float) - exact).max() <= error


def test_erf_at_the_ends():
    np.testing.assert_array_equal(erf(np.array([-np.inf, 0.0, np.inf])), [-1, 0, 1])
    assert np.isnan(erf(np.array([np.nan]))).all()


def test_the_tanh_form_of_gelu_is_as_near_as_stated():
    x = np.linspace(-10, 10, 20_011)
    assert np.abs(ops.gelu(x)[0] - ops.gelu(x, "tanh")[0]).max() < 5e-4


@pytest.mark.parametrize("name", ["gelu", "silu", "softplus"])
def test_extreme_inputs_stay_finite(name):
    x = np.array([-1e4, -50.0, 50.0, 1e4], dtype=np.float32)
    y, backward = getattr(ops, name)(x)
    np.testing.assert_allclose(y, [0, 0, 50, 1e4], atol=1e-6)
    np.testing.assert_allclose(backward(np.ones_like(x)), [0, 0, 1, 1], atol=1e-6)


def test_dropout_keeps_the_mean_and_leaves_out_as_many_as_asked():
    """Bounds of five standard deviations of the binomial distribution."""
    count, p = 100_000, 0.3
    y, _ = ops.dropout(np.ones(count), p, rng=0)
    assert set(np.unique(y)) == {0.0, 1 / 0.7}
    deviation = 5 * math.sqrt(count * p * (1 - p))
    assert abs((y == 0).sum() - count * p) < deviation
    assert abs(y.sum() - count) < deviation / (1 - p)


def test_dropout_draws_anew_and_repeats_with_a_seed():
    x = np.ones(1000, dtype=np.float32)
    layer = nn.Dropout(rng=0)
    first, second = layer(x), layer(x)
    assert (first != second).any()
    np.testing.assert_array_equal(nn.Dropout(rng=0)(x), first)
    dlcourse.manual_seed(7)
    third = nn.Dropout()(x)
    dlcourse.manual_seed(7)
    np.testing.assert_array_equal(nn.Dropout()(x), third)
    assert first.dtype == np.float32
    layer.backward(x)
    np.testing.assert_array_equal(layer.backward(x), first)
    np.testing.assert_array_equal(layer.eval()(x), x)


def test_the_nearest_input_is_found_without_rounding():
    """26 → 22: PyTorch's float32 puts output 11 at input 12 where 11 · 26 / 22 is 13."""
    for inputs, outputs in ((26, 22), (30, 22), (7, 3)):
        x = np.arange(float(inputs)).reshape(1, 1, 1, inputs)
        y, _ = ops.interpolate(x, size=(1, outputs))
        np.testing.assert_array_equal(y.ravel(), np.arange(outputs) * inputs // outputs)


@pytest.mark.parametrize("options", [{}, {"padding_idx": 2}, {"padding_idx": -1}])
@pytest.mark.parametrize("scale", [False, True])
def test_embeddings_equal_pytorch(options, scale):
    ours = nn.Embedding(6, 3, **options, scale_grad_by_freq=scale)
    theirs = torch.nn.Embedding(6, 3, **options, scale_grad_by_freq=scale)
    assert repr(ours) == repr(theirs)
    ours.load_state_dict(theirs.state_dict())
    numbers = np.random.default_rng(0).integers(6, size=(5, 4))
    y, expected = ours(numbers), theirs(torch.tensor(numbers))
    close(y, expected.detach().numpy())
    dy = np.random.default_rng(1).standard_normal(y.shape).astype(np.float32)
    expected.backward(torch.tensor(dy))
    assert ours.backward(dy) is None
    close(ours.weight.grad, theirs.weight.grad.numpy())
    _, backward = naive.embedding(numbers, ours.weight.data, **options, scale_grad_by_freq=scale)
    close(ours.weight.grad, backward(dy)[1])


def test_an_embedding_starts_normal_with_its_padding_at_zero():
    weight = nn.Embedding(1000, 50, padding_idx=3, rng=0).weight.data
    assert (weight[3] == 0).all()
    rest = np.delete(weight, 3, axis=0)
    np.testing.assert_allclose([rest.mean(), rest.std()], [0, 1], atol=0.02)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint64])
def test_an_embedding_takes_every_kind_of_integer(dtype):
    weight = np.arange(6.0).reshape(3, 2)
    y, backward = ops.embedding(np.array([2, 0, 2], dtype=dtype), weight)
    np.testing.assert_array_equal(y, [[4, 5], [0, 1], [4, 5]])
    np.testing.assert_array_equal(backward(np.ones((3, 2)))[1], [[1, 1], [0, 0], [2, 2]])


def test_an_embedding_is_a_first_layer_like_another():
    net = nn.Sequential(nn.Embedding(5, 3, rng=0), nn.Flatten(), nn.Linear(6, 2, rng=1))
    y = net(np.array([[1, 2], [0, 4]]))
    assert net.backward(np.ones_like(y), input_grad=False) is None
    assert net[0].weight.grad.shape == (5, 3)


class TheirResidual(torch.nn.Module):
    """y = body(x) + shortcut(x), differentiated by autograd."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body = body
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x):
        return self.body(x) + (self.shortcut(x) if hasattr(self, "shortcut") else x)


@pytest.mark.parametrize("projected", [False, True])
def test_a_residual_block_equals_autograd(projected):
    def block(library):
        stride, outputs = (2, 6) if projected else (1, 4)
        body = library.Sequential(
            library.Conv2d(4, outputs, 3, stride, padding=1, bias=False),
            library.BatchNorm2d(outputs),
            library.ReLU(),
            library.Conv2d(outputs, outputs, 3, padding=1),
        )
        return body, library.Conv2d(4, outputs, 1, stride) if projected else None

    theirs, ours = TheirResidual(*block(torch.nn)).double(), nn.Residual(*block(nn)).double()
    assert set(ours.state_dict()) == set(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).standard_normal((3, 4, 6, 6))
    leaf = torch.tensor(x, requires_grad=True)
    y, expected = ours(x), theirs(leaf)
    close(y, expected.detach().numpy())
    dy = np.random.default_rng(1).standard_normal(y.shape)
    expected.backward(torch.tensor(dy))
    close(ours.backward(dy), leaf.grad.numpy())
    kept = {name: parameter.grad for name, parameter in ours.named_parameters()}
    for name, parameter in theirs.named_parameters():
        close(kept[name], parameter.grad.numpy())

    ours.zero_grad()
    ours(x)
    assert ours.backward(dy, input_grad=False) is None
    for name, parameter in ours.named_parameters():
        np.testing.assert_array_equal(parameter.grad, kept[name])


def test_a_network_of_images_passes_the_gradient_check():
    net = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1, rng=0),
        nn.BatchNorm2d(4),
        nn.Tanh(),
        nn.MaxPool2d(2),
        nn.Residual(nn.Sequential(nn.Conv2d(4, 4, 3, padding=1, rng=1), nn.GELU())),
        nn.ConvTranspose2d(4, 3, 2, stride=2, rng=2),
        nn.GroupNorm(3, 3),
        nn.SiLU(),
        nn.AvgPool2d(2),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.Flatten(),
        nn.LayerNorm(3 * 16),
        nn.Linear(3 * 16, 2, rng=3),
        nn.Softplus(),
    ).double()
    x = np.random.default_rng(0).standard_normal((2, 2, 4, 4))
    assert nn.gradcheck(net, x, directions=5)
