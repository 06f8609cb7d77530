"""L-BFGS takes PyTorch's steps; Newton lands where its theory says."""

import numpy as np
import pytest
import torch
from scipy.optimize import rosen, rosen_der, rosen_hess

from dlcourse import nn, optim


def torch_rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def closures(start):
    """Rosenbrock's valley in both libraries, from the same start; and every loss that was asked."""
    ours, theirs = nn.Parameter(start.copy()), torch.tensor(start, requires_grad=True)
    losses = {"ours": [], "theirs": []}

    def closure():
        ours.grad = rosen_der(ours.data)
        losses["ours"].append(float(rosen(ours.data)))
        return losses["ours"][-1]

    def their_closure():
        theirs.grad = None
        loss = torch_rosenbrock(theirs)
        loss.backward()
        losses["theirs"].append(loss.item())
        return loss

    return ours, theirs, closure, their_closure, losses


@pytest.mark.parametrize("line_search_fn", [None, "strong_wolfe"])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "settings", [{}, {"history_size": 2, "max_iter": 4}, {"max_iter": 7, "max_eval": 6}], ids=str
)
def test_ten_steps_equal_pytorch(line_search_fn, seed, settings):
    start = np.random.default_rng(seed).standard_normal(4)
    if line_search_fn is None:  # unguarded steps need a start near the minimum at (1, 1, 1, 1)
        start = 1 + 0.03 * start
    lr = 1.0 if line_search_fn else 0.3
    ours, theirs, closure, their_closure, losses = closures(start)
    options = {"lr": lr, "line_search_fn": line_search_fn, **settings}
    optimizer, their_optimizer = (
        optim.LBFGS([ours], **options),
        torch.optim.LBFGS([theirs], **options),
    )
    for _ in range(10):
        first, their_first = optimizer.step(closure), their_optimizer.step(their_closure)
        assert first == pytest.approx(their_first.item(), rel=1e-6, abs=1e-9)
        np.testing.assert_allclose(ours.data, theirs.detach().numpy(), atol=1e-6)
    assert len(losses["ours"]) == len(losses["theirs"])


def test_lbfgs_trains_a_network_of_several_parameters():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((40, 2)), rng.standard_normal((40, 1))
    net, loss = (
        nn.Sequential(nn.Linear(2, 5, rng=0), nn.Tanh(), nn.Linear(5, 1, rng=1)).double(),
        nn.MSELoss(),
    )
    optimizer = optim.LBFGS(net.parameters(), line_search_fn="strong_wolfe", max_iter=50)

    def closure():
        optimizer.zero_grad()
        value = loss(net(x), y)
        net.backward(loss.backward(), input_grad=False)
        return float(value)

    theirs = torch.nn.Sequential(
        torch.nn.Linear(2, 5), torch.nn.Tanh(), torch.nn.Linear(5, 1)
    ).double()
    theirs.load_state_dict({k: torch.from_numpy(v) for k, v in net.state_dict().items()})
    their_optimizer = torch.optim.LBFGS(
        theirs.parameters(), line_search_fn="strong_wolfe", max_iter=50
    )

    def their_closure():
        their_optimizer.zero_grad()
        value = torch.nn.functional.mse_loss(theirs(torch.from_numpy(x)), torch.from_numpy(y))
        value.backward()
        return value

    optimizer.step(closure)
    their_optimizer.step(their_closure)
    for our, their in zip(net.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(our.data, their.detach().numpy(), atol=1e-6)


def test_newton_lands_on_the_minimum_of_a_quadratic_in_one_step():
    a, b = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, -4.0])
    w = nn.Parameter(np.array([10.0, -7.0]))

    def closure():
        w.grad = a @ w.data - b
        return float(w.data @ a @ w.data / 2 - b @ w.data)

    optim.Newton([w]).step(closure)
    np.testing.assert_allclose(w.data, np.linalg.solve(a, b), atol=1e-7)


def test_newton_walks_to_a_saddle():
    w = nn.Parameter(np.array([1.0, 1.0]))

    def closure():
        w.grad = w.data * [2.0, -2.0]
        return float(w.data[0] ** 2 - w.data[1] ** 2)

    optim.Newton([w]).step(closure)
    np.testing.assert_allclose(w.data, [0, 0], atol=1e-9)


def test_the_hessian_equals_scipys():
    start = np.array([0.3, -0.5, 1.2])
    ours, _, closure, _, _ = closures(start)
    np.testing.assert_allclose(optim.Newton([ours]).hessian(closure), rosen_hess(start), rtol=1e-6)
    np.testing.assert_array_equal(ours.data, start)


def test_newton_says_when_the_hessian_is_singular():
    w = nn.Parameter(np.ones(2))

    def closure():
        w.grad = np.array([1.0, 0.0])
        return float(w.data[0])

    with pytest.raises(ValueError, match=r"2 × 2.*singular.*damping"):
        optim.Newton([w]).step(closure)
    np.testing.assert_array_equal(w.data, np.ones(2))
    optim.Newton([w], damping=1.0).step(closure)
    np.testing.assert_allclose(w.data, [0.0, 1.0], atol=1e-9)
