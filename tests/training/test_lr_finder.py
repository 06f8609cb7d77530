"""The sweep finds the edge that theory gives, and leaves no trace."""

import copy

import pytest
import torch
from torch import nn

from dlcourse.training.lr_finder import find_lr


class Parabola(nn.Module):
    """Loss ½ h w²: plain gradient descent is stable below lr = 2 / h."""

    def __init__(self, h):
        super().__init__()
        self.w = nn.Parameter(torch.tensor([1.0]))
        self.h = h

    def forward(self, x):
        return self.w * self.h**0.5


def half_square(y, _):
    return 0.5 * y.square().sum()


def constant(y, _):
    return y.sum() * 0 + 3.0


def undefined(y, _):
    return y.sum() * float("nan")


DATA = [(torch.zeros(1), torch.zeros(1))]
ONE = [(torch.ones(1, 1), torch.ones(1))]


@pytest.mark.parametrize("h", [1.0, 100.0])
def test_it_ends_past_the_edge_of_stability_and_suggests_below_it(h):
    model = Parabola(h)
    sgd = torch.optim.SGD(model.parameters(), lr=1.0)
    sweep = find_lr(model, sgd, half_square, DATA, start=1e-4 / h, end=1e4 / h, steps=200)
    assert sweep.stopped_early
    assert sweep.lr[-1] > 2 / h
    assert sweep.suggestion < 2 / h
    assert sweep.steepest < 2 / h


def test_the_rates_are_geometric_and_every_group_gets_them():
    model = nn.Linear(2, 1)
    seen = []

    class Watched(torch.optim.SGD):
        def step(self, closure=None):
            seen.append([group["lr"] for group in self.param_groups])
            return super().step(closure)

    groups = [{"params": [model.weight], "lr": 0.5}, {"params": [model.bias], "lr": 0.1}]
    data = [(torch.ones(4, 2), torch.ones(4, 1))]
    sgd = Watched(groups, lr=0.3)
    sweep = find_lr(model, sgd, nn.MSELoss(), data, start=1e-5, end=1e-3, steps=5)
    assert sweep.lr == pytest.approx([1e-5, 10**-4.5, 1e-4, 10**-3.5, 1e-3])
    assert seen == [[lr, lr] for lr in sweep.lr]
    assert not sweep.stopped_early


def test_everything_is_left_as_it_was():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(), nn.Linear(4, 1)).eval()
    adam = torch.optim.Adam(model.parameters(), lr=0.01)
    x, y = torch.randn(8, 3), torch.randn(8, 1)
    nn.functional.mse_loss(model(x), y).backward()
    adam.step()
    before = copy.deepcopy((model.state_dict(), adam.state_dict()))
    random = torch.get_rng_state()
    find_lr(model, adam, nn.MSELoss(), [(x, y)], steps=20)
    assert all(torch.equal(tensor, before[0][n]) for n, tensor in model.state_dict().items())
    assert adam.state_dict()["param_groups"] == before[1]["param_groups"]
    for key, state in adam.state_dict()["state"].items():
        assert all(torch.equal(v, before[1]["state"][key][k]) for k, v in state.items())
    assert torch.equal(torch.get_rng_state(), random)
    assert not model.training


def test_the_average_is_free_of_the_start():
    model = nn.Linear(1, 1)
    sgd = torch.optim.SGD(model.parameters(), lr=1.0)
    sweep = find_lr(model, sgd, constant, ONE, steps=10)
    assert sweep.smoothed == pytest.approx([3.0] * 10)


def test_bad_ranges_and_missing_batches_are_refused():
    model = nn.Linear(1, 1)
    sgd = torch.optim.SGD(model.parameters(), lr=1.0)
    with pytest.raises(ValueError, match=r"0 < start < end, got start=1 and end=0\.1"):
        find_lr(model, sgd, nn.MSELoss(), DATA, start=1, end=0.1)
    with pytest.raises(ValueError, match="at least one batch"):
        find_lr(model, sgd, nn.MSELoss(), [])
    with pytest.raises(ValueError, match="at least 3 steps, got 1"):
        find_lr(model, sgd, nn.MSELoss(), DATA, steps=1)
    with pytest.raises(ValueError, match="not finite at the first step, with lr=1e-06"):
        find_lr(model, sgd, undefined, ONE)
    assert sgd.param_groups[0]["lr"] == 1.0
