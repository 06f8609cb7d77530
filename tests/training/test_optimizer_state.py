"""Half a training in one library and half in the other, against the whole in one."""

import numpy as np
import pytest
import torch

from dlcourse import nn, optim, training

CASES = {
    "SGD": {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    "Adagrad": {"lr": 0.05, "lr_decay": 0.01},
    "RMSprop": {"lr": 0.01, "momentum": 0.5, "centered": True},
    "Adam": {"lr": 0.01, "betas": (0.8, 0.95), "amsgrad": True},
    "AdamW": {"lr": 0.01, "weight_decay": 0.1},
}
START = np.random.default_rng(0).normal(size=(3, 4))
GRADIENTS = np.random.default_rng(1).normal(size=(10, 3, 4))


def numpy_side(name, values):
    parameter = nn.Parameter(values.copy())
    return parameter, getattr(optim, name)([parameter], **CASES[name])


def torch_side(name, values, **settings):
    parameter = torch.nn.Parameter(torch.from_numpy(values.copy()))
    return parameter, getattr(torch.optim, name)([parameter], **settings)


def numpy_steps(parameter, optimizer, gradients):
    for gradient in gradients:
        parameter.grad = gradient.copy()
        optimizer.step()


def torch_steps(parameter, optimizer, gradients):
    for gradient in gradients:
        parameter.grad = torch.from_numpy(gradient.copy())
        optimizer.step()


@pytest.mark.parametrize("name", CASES)
def test_five_steps_in_each_library_are_ten_in_one(name):
    whole, optimizer = numpy_side(name, START)
    numpy_steps(whole, optimizer, GRADIENTS)

    first, before = numpy_side(name, START)
    numpy_steps(first, before, GRADIENTS[:5])
    second, after = torch_side(name, first.data)
    training.transfer_state(before, after)
    torch_steps(second, after, GRADIENTS[5:])
    np.testing.assert_allclose(second.detach().numpy(), whole.data, rtol=1e-7)

    first, before = torch_side(name, START, **CASES[name])
    torch_steps(first, before, GRADIENTS[:5])
    second, after = numpy_side(name, first.detach().numpy())
    after.param_groups[0]["lr"] = 17.0  # the settings go over as well
    training.transfer_state(before, after)
    numpy_steps(second, after, GRADIENTS[5:])
    np.testing.assert_allclose(second.data, whole.data, rtol=1e-7)


def test_what_does_not_correspond_is_refused():
    ours, theirs = numpy_side("SGD", START)[1], torch_side("Adam", START)[1]
    with pytest.raises(ValueError, match="the state of SGD means nothing to Adam"):
        training.transfer_state(ours, theirs)
    with pytest.raises(TypeError, match="between one optimizer of dlcourse"):
        training.transfer_state(ours, ours)
    with pytest.raises(ValueError, match="go over, not of LBFGS"):
        training.transfer_state(optim.LBFGS([nn.Parameter(START)]), theirs)
    two = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1)) for _ in range(2)])
    with pytest.raises(ValueError, match=r"groups of \[2\] parameters, got \[1\]"):
        training.transfer_state(ours, two)
    parameter, moving = numpy_side("SGD", START)
    numpy_steps(parameter, moving, GRADIENTS[:1])
    other = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))])
    with pytest.raises(ValueError, match=r"momentum_buffer of parameter 0 has shape \(3, 4\)"):
        training.transfer_state(moving, other)
