"""Ten steps of SGD equal PyTorch's, in every setting, and keep the dtype."""

import numpy as np
import pytest
import torch

from dlcourse import nn, optim

SETTINGS = [
    {"lr": 0.1},
    {"lr": 0.1, "momentum": 0.9},
    {"lr": 0.1, "momentum": 0.9, "nesterov": True},
    {"lr": 0.1, "momentum": 0.9, "dampening": 0.3},
    {"lr": 0.1, "weight_decay": 0.2},
    {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.1, "nesterov": True},
    {"lr": 0.01, "momentum": 0.5, "maximize": True},
    {},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_ten_steps_equal_pytorch(settings, dtype, tolerance):
    rng = np.random.default_rng(0)
    start = [rng.standard_normal((3, 2)).astype(dtype), rng.standard_normal(4).astype(dtype)]
    ours = [nn.Parameter(array.copy()) for array in start]
    theirs = [torch.tensor(array, requires_grad=True) for array in start]
    optimizer = optim.SGD(ours, **settings)
    their_optimizer = torch.optim.SGD(theirs, **settings)
    for step in range(10):
        for parameter, tensor in zip(ours, theirs, strict=True):
            gradient = rng.standard_normal(parameter.shape).astype(dtype)
            parameter.grad, tensor.grad = gradient, torch.tensor(gradient)
            if step == 4:  # a parameter without a gradient is left alone
                break
        optimizer.step()
        their_optimizer.step()
        kept = ours[0].grad.copy()
        optimizer.zero_grad()
        their_optimizer.zero_grad()
        assert kept.dtype == dtype
    for parameter, tensor in zip(ours, theirs, strict=True):
        assert parameter.dtype == dtype
        np.testing.assert_allclose(parameter.data, tensor.detach().numpy(), rtol=0, atol=tolerance)


def test_a_step_does_not_change_the_gradient():
    parameter = nn.Parameter(np.ones(2))
    optimizer = optim.SGD([parameter], lr=0.1, momentum=0.9, nesterov=True)
    gradients = [np.ones(2) for _ in range(3)]
    for gradient in gradients:
        parameter.grad = gradient
        optimizer.step()
    np.testing.assert_array_equal(gradients, np.ones((3, 2)))


def test_groups_have_settings_of_their_own():
    a, b = nn.Parameter(np.ones(1)), nn.Parameter(np.ones(1))
    optimizer = optim.SGD([{"params": [a], "lr": 0.5}, {"params": b}], lr=0.1)
    a.grad = b.grad = np.ones(1)
    optimizer.step()
    np.testing.assert_allclose([a.data[0], b.data[0]], [0.5, 0.9])
    with pytest.raises(ValueError, match="stands twice"):
        optimizer.add_param_group({"params": [a]})
    with pytest.raises(ValueError, match="no setting speed; it has lr, momentum"):
        optimizer.add_param_group({"params": [nn.Parameter(np.ones(1))], "speed": 1})


def test_one_step_down_the_parabola_of_lecture_04():
    w = nn.Parameter(np.array([10.0]))
    w.grad = 2 * w.data
    optim.SGD([w], lr=0.1).step()
    np.testing.assert_allclose(w.data, [8.0])
