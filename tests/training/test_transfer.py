"""Freezing freezes, a new head fits, features are what reaches the head."""

import copy

import pytest
import torch
from torch import nn

from dlcourse import models
from dlcourse.training import transfer


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 7)
    )


def train(model, steps=3):
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(5, 3, 8, 8)).square().mean().backward()
        optimizer.step()


def test_training_leaves_a_frozen_body_as_it_was(network):
    transfer.freeze_body(network)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    train(network)
    changed = {
        n for n, tensor in network.state_dict().items() if not torch.equal(tensor, before[n])
    }
    assert changed == {"4.weight", "4.bias"}


def test_a_thawed_body_trains_again_with_its_statistics(network):
    transfer.unfreeze(transfer.freeze(network))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    train(network)
    # A bias before a batch norm is taken out again by its mean: its gradient is zero.
    free = {n for n in before if n != "0.bias"}
    assert all(not torch.equal(network.state_dict()[n], before[n]) for n in free)


def test_a_frozen_model_can_be_copied(network):
    twin = copy.deepcopy(transfer.freeze(network))
    assert not twin.train()[1].training
    assert transfer.unfreeze(twin).train()[1].training
    assert not network.train()[1].training


def test_a_new_head_gives_as_many_scores_as_asked():
    model = models.create("lenet5")
    layer = transfer.replace_head(model, 3)
    scores = model(models.example_input("lenet5"))
    assert scores.shape == (2, 3)
    scores.sum().backward()
    assert layer.bias.grad.tolist() == [2.0, 2.0, 2.0]


def test_a_head_may_be_a_convolution():
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 21, 1), nn.AdaptiveAvgPool2d(1))
    transfer.replace_head(model, 4)
    assert model(torch.zeros(1, 3, 5, 5)).shape == (1, 4, 1, 1)


def test_features_are_the_input_of_the_head(network):
    x, y = torch.randn(6, 3, 8, 8), torch.arange(6)
    network.train()
    got, labels = transfer.features(network, [(x[:4], y[:4]), (x[4:], y[4:])])
    assert network.training
    network.eval()
    with torch.no_grad():
        torch.testing.assert_close(got, network[:4](x))
        torch.testing.assert_close(network[4](got), network(x))
    assert labels.tolist() == [0, 1, 2, 3, 4, 5]


def test_groups_leave_out_what_is_frozen(network):
    groups = transfer.fine_tune_groups(network, head_lr=0.1, body_lr=0.01)
    assert [(g["lr"], len(g["params"])) for g in groups] == [(0.01, 4), (0.1, 2)]
    transfer.freeze_body(network)
    groups = transfer.fine_tune_groups(network, head_lr=0.1, body_lr=0.01)
    assert [(g["lr"], len(g["params"])) for g in groups] == [(0.1, 2)]


def test_what_cannot_be_replaced_is_refused(network):
    with pytest.raises(ValueError, match="num_classes is a positive integer, got 0"):
        transfer.replace_head(network, 0)
    with pytest.raises(ValueError, match="2 is a ReLU: a head is a linear layer"):
        transfer.replace_head(network, 3, name="2")
    with pytest.raises(ValueError, match="Sequential has no layer called 'fc'"):
        transfer.replace_head(network, 3, name="fc")
    with pytest.raises(ValueError, match="ReLU has no linear layer"):
        transfer.head(nn.ReLU())
    with pytest.raises(ValueError, match="at least one batch, got none"):
        transfer.features(network, [])
