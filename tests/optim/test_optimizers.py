"""Ten steps of every optimizer equal PyTorch's, in every setting, and keep the dtype."""

import numpy as np
import pytest
import torch

from dlcourse import nn, optim

SETTINGS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.2}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.1, "nesterov": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.2, "weight_decay": 0.1}),
    ("Adagrad", {"initial_accumulator_value": 0.5, "eps": 1e-3, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.9, "momentum": 0.8}),
    ("RMSprop", {"centered": True, "weight_decay": 0.1, "eps": 1e-4}),
    ("RMSprop", {"centered": True, "momentum": 0.9, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    ("Adam", {"amsgrad": True, "betas": (0.5, 0.6), "maximize": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.5, "amsgrad": True}),
    ("AdamW", {"lr": 0.1, "maximize": True}),
]
named = pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=lambda value: str(value))


def pairs(dtype, shapes=((3, 2), (4,), ())):
    """The same parameters in both libraries."""
    rng = np.random.default_rng(0)
    start = [np.array(rng.standard_normal(shape), dtype=dtype) for shape in shapes]
    ours = [nn.Parameter(array.copy()) for array in start]
    return ours, [torch.tensor(array, requires_grad=True) for array in start]


def run(ours, theirs, optimizer, their_optimizer, steps, seed=1):
    """Give both the same gradients for some steps; in one the last parameter gets none."""
    rng = np.random.default_rng(seed)
    for step in range(steps):
        for parameter, tensor in zip(ours, theirs, strict=True):
            gradient = np.array(rng.standard_normal(parameter.shape), dtype=parameter.dtype)
            parameter.grad, tensor.grad = gradient, torch.tensor(gradient)
        if step == 4:
            ours[-1].grad = theirs[-1].grad = None
        optimizer.step()
        their_optimizer.step()
        optimizer.zero_grad()
        their_optimizer.zero_grad()


def assert_equal(ours, theirs, tolerance):
    for parameter, tensor in zip(ours, theirs, strict=True):
        assert parameter.data.shape == tuple(tensor.shape)
        np.testing.assert_allclose(parameter.data, tensor.detach().numpy(), rtol=0, atol=tolerance)


@named
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_ten_steps_equal_pytorch(name, settings, dtype, tolerance):
    ours, theirs = pairs(dtype)
    optimizer = getattr(optim, name)(ours, **settings)
    run(ours, theirs, optimizer, getattr(torch.optim, name)(theirs, **settings), 10)
    assert {parameter.dtype for parameter in ours} == {np.dtype(dtype)}
    for entry in optimizer.state.values():
        assert {v.dtype for v in entry.values() if isinstance(v, np.ndarray)} <= {np.dtype(dtype)}
    assert_equal(ours, theirs, tolerance)


@named
def test_a_run_goes_on_from_the_state_of_pytorch(name, settings):
    ours, theirs = pairs(np.float64)
    their_optimizer = getattr(torch.optim, name)(theirs, **settings)
    unused = [nn.Parameter(p.data.copy()) for p in ours]
    run(unused, theirs, optim.SGD(unused), their_optimizer, 6)
    for parameter, tensor in zip(ours, theirs, strict=True):
        parameter.data[...] = tensor.detach().numpy()
    optimizer = getattr(optim, name)(ours)
    optimizer.load_state_dict(their_optimizer.state_dict())
    run(ours, theirs, optimizer, their_optimizer, 5, seed=2)
    assert_equal(ours, theirs, 1e-12)


@named
def test_pytorch_goes_on_from_our_state(name, settings):
    ours, theirs = pairs(np.float64)
    optimizer = getattr(optim, name)(ours, **settings)
    unused = [torch.zeros_like(t, requires_grad=True) for t in theirs]
    run(ours, unused, optimizer, torch.optim.SGD(unused), 6)
    with torch.no_grad():
        for parameter, tensor in zip(ours, theirs, strict=True):
            tensor.copy_(torch.tensor(parameter.data))
    their_optimizer = getattr(torch.optim, name)(theirs, **settings)
    saved = optimizer.state_dict()
    state = {
        number: {
            key: torch.tensor(float(value)) if key == "step" else torch.from_numpy(np.array(value))
            for key, value in entry.items()
        }
        for number, entry in saved["state"].items()
    }
    groups = their_optimizer.state_dict()["param_groups"]
    assert set(saved["param_groups"][0]) <= set(groups[0])
    for group, ours_saved in zip(groups, saved["param_groups"], strict=True):
        group.update(ours_saved)
    their_optimizer.load_state_dict({"state": state, "param_groups": groups})
    run(ours, theirs, optimizer, their_optimizer, 5, seed=2)
    assert_equal(ours, theirs, 1e-12)


@named
def test_large_strided_and_small_parameters_take_the_same_steps(name, settings):
    """The block by block update against the same numbers in an array that has no flat view."""
    rng = np.random.default_rng(0)
    start = rng.standard_normal((300, 200))
    whole, strided = nn.Parameter(start.copy()), nn.Parameter(np.asfortranarray(start))
    assert not strided.data.flags.c_contiguous
    optimizers = [getattr(optim, name)([parameter], **settings) for parameter in (whole, strided)]
    for _ in range(3):
        gradient = rng.standard_normal(start.shape)
        for parameter, optimizer in zip((whole, strided), optimizers, strict=True):
            parameter.grad = gradient.copy()
            optimizer.step()
            np.testing.assert_array_equal(parameter.grad, gradient)
    np.testing.assert_allclose(whole.data, strided.data, rtol=1e-13)
    assert not np.allclose(whole.data, start, atol=1e-6)


def test_gradients_stay_as_they_were():
    for name, settings in SETTINGS:
        parameter = nn.Parameter(np.ones(2))
        optimizer = getattr(optim, name)([parameter], **settings)
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
    with pytest.raises(ValueError, match=r"no setting speed; it has lr, momentum"):
        optimizer.add_param_group({"params": [nn.Parameter(np.ones(1))], "speed": 1})


def test_step_returns_what_the_closure_returns():
    w = nn.Parameter(np.array([10.0]))

    def closure():
        w.grad = 2 * w.data
        return float(w.data[0] ** 2)

    assert optim.SGD([w], lr=0.1).step(closure) == 100.0
    np.testing.assert_allclose(w.data, [8.0])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda p: optim.Adam(p, betas=(0.9, 1.0)), ["betas[1]", "[0, 1)", "1.0"]),
        (lambda p: optim.Adam(p, eps=-1), ["eps", "-1"]),
        (lambda p: optim.RMSprop(p, alpha=-0.1), ["alpha", "-0.1"]),
        (lambda p: optim.Adagrad(p, lr_decay=-1), ["lr_decay", "-1"]),
        (lambda p: optim.Adam(p).step(), ["Adam", "backward first"]),
        (lambda p: optim.LBFGS(p).step(), ["closure"]),
        (lambda p: optim.Newton(p).step(), ["closure"]),
        (lambda p: optim.LBFGS(p, line_search_fn="wolfe"), ["'wolfe'", "strong_wolfe"]),
        (lambda p: optim.Newton([{"params": p}, {"params": nn.Parameter([1.0])}]), ["2"]),
        (lambda p: optim.Newton(p, damping=-1), ["damping", "-1"]),
        (
            lambda p: optim.Adam(p).load_state_dict({"state": {}, "param_groups": []}),
            ["[1]", "[]"],
        ),
        (
            lambda p: optim.Adam(p).load_state_dict(
                {"state": {0: {"exp_avg": np.ones(5)}}, "param_groups": [{"params": [0]}]}
            ),
            ["exp_avg", "(5,)", "(2,)"],
        ),
    ],
)
def test_refusals_name_what_was_expected_and_what_came(call, says):
    with pytest.raises(ValueError, match=r"\w") as caught:
        call([nn.Parameter(np.ones(2))])
    assert [part for part in says if part not in str(caught.value)] == [], caught.value
