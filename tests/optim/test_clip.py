"""Clipping against PyTorch's, and adaptive clipping against its definition."""

import numpy as np
import pytest
import torch

from dlcourse import nn, optim


def gradients(scale, dtype=np.float64):
    rng = np.random.default_rng(0)
    arrays = [(scale * rng.standard_normal(shape)).astype(dtype) for shape in ((3, 2), (4,))]
    ours = [nn.Parameter(np.zeros_like(array)) for array in arrays]
    theirs = [torch.zeros(array.shape, dtype=torch.from_numpy(array).dtype) for array in arrays]
    for parameter, tensor, array in zip(ours, theirs, arrays, strict=True):
        parameter.grad = array.copy()
        tensor.requires_grad_()
        tensor.grad = torch.tensor(array)
    ours.append(nn.Parameter(np.ones(2)))  # one that has no gradient
    return ours, theirs


@pytest.mark.parametrize("scale", [0.01, 100.0])
@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, float("inf")])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clip_grad_norm_equals_pytorch(scale, norm_type, dtype):
    ours, theirs = gradients(scale, dtype)
    norm = optim.clip_grad_norm_(ours, 1.5, norm_type)
    expected = torch.nn.utils.clip_grad_norm_(theirs, 1.5, norm_type)
    assert norm == pytest.approx(expected.item(), rel=1e-6)
    for parameter, tensor in zip(ours[:2], theirs, strict=True):
        assert parameter.grad.dtype == dtype
        np.testing.assert_allclose(parameter.grad, tensor.grad.numpy(), rtol=2e-6)


def test_clip_grad_value_equals_pytorch():
    ours, theirs = gradients(3.0)
    optim.clip_grad_value_(ours, 0.7)
    torch.nn.utils.clip_grad_value_(theirs, 0.7)
    for parameter, tensor in zip(ours[:2], theirs, strict=True):
        np.testing.assert_array_equal(parameter.grad, tensor.grad.numpy())


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2, 2), (5,)])
def test_adaptive_clipping_follows_its_definition_unit_by_unit(shape):
    rng = np.random.default_rng(0)
    parameter = nn.Parameter(rng.standard_normal(shape))
    before = parameter.grad = rng.standard_normal(shape) * np.geomspace(1e-4, 10, shape[0]).reshape(
        -1, *[1] * (len(shape) - 1)
    )
    optim.adaptive_clip_grad_([parameter], clip_factor=0.05)
    units = range(shape[0]) if len(shape) > 1 else [slice(None)]
    clipped = 0
    for unit in units:
        norm = np.sqrt((before[unit] ** 2).sum())
        limit = 0.05 * max(np.sqrt((parameter.data[unit] ** 2).sum()), 1e-3)
        clipped += norm > limit
        expected = before[unit] * (limit / norm if norm > limit else 1)
        np.testing.assert_allclose(parameter.grad[unit], expected)
    assert clipped > 0


def test_a_norm_that_is_not_finite_is_seen():
    parameter = nn.Parameter(np.ones(2))
    parameter.grad = np.array([np.nan, 1.0])
    with pytest.raises(ValueError, match="nan"):
        optim.clip_grad_norm_([parameter], 1.0, error_if_nonfinite=True)
    assert np.isnan(optim.clip_grad_norm_([parameter], 1.0))
    assert optim.clip_grad_norm_([nn.Parameter(np.ones(2))], 1.0) == 0.0
    with pytest.raises(TypeError, match="Parameters, got ndarray"):
        optim.clip_grad_norm_([np.ones(2)], 1.0)
