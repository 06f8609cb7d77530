"""Batches and outputs that are named tuples, as of networks with auxiliary heads."""

from collections import namedtuple

import pytest
import torch
from torch import nn

from dlcourse import models
from dlcourse.training import Trainer
from dlcourse.training.batch import map_tensors, size_of, tensors_in
from dlcourse.training.errors import NonFiniteError

Pair = namedtuple("Pair", "scores more")


def test_a_named_tuple_keeps_its_type():
    pair = Pair(torch.zeros(3), [torch.ones(2)])
    mapped = map_tensors(lambda tensor: tensor + 1, pair)
    assert type(mapped) is Pair
    assert mapped.scores.tolist() == [1, 1, 1]
    assert mapped.more[0].tolist() == [2, 2]
    assert size_of(pair) == 3
    assert len(tensors_in(pair)) == 2


@pytest.fixture
def batches():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(8, 3, 15, 15, generator=generator)
    return [(x, (x.mean((1, 2, 3)) > 0).long())]


def trainer(loss):
    torch.manual_seed(0)
    model = models.create("googlenet", num_classes=2)
    return Trainer(model, torch.optim.Adam(model.parameters()), loss)


def test_the_trainer_trains_a_network_with_auxiliary_heads(batches):
    loss = models.auxiliary_loss(nn.CrossEntropyLoss())
    history = trainer(loss).fit(batches, epochs=2, validation=batches)
    # Training weighs three heads, 1 + 0.3 + 0.3; validation sees the first alone.
    assert history.loss[0] == pytest.approx(1.6 * 0.693, rel=0.1)
    assert history.val_loss[0] == pytest.approx(0.693, rel=0.1)


def test_a_loss_that_is_not_a_number_is_still_diagnosed(batches):
    usual = models.auxiliary_loss(nn.CrossEntropyLoss())
    with pytest.raises(NonFiniteError, match="the loss is nan at epoch 1, batch 1"):
        trainer(lambda output, y: usual(output, y) * float("nan")).fit(batches, epochs=1)
