"""The loss of several heads is the weighted sum of the heads' losses, and it trains all of them."""

import pytest
import torch
from torch.nn import functional as F

from dlcourse import models


def test_it_is_the_main_loss_and_the_weighted_others():
    generator = torch.Generator().manual_seed(0)
    logits, first, second = torch.randn(3, 5, 4, generator=generator).unbind()
    labels = torch.tensor([0, 3, 1, 2, 2])
    total = models.auxiliary_loss(F.cross_entropy, weight=0.4)((logits, first, second), labels)

    def by_hand(scores):
        return (
            -sum(torch.log(s.exp() / s.exp().sum())[c] for s, c in zip(scores, labels, strict=True))
            / 5
        )

    expected = by_hand(logits) + 0.4 * by_hand(first) + 0.4 * by_hand(second)
    torch.testing.assert_close(total, expected)


def test_scores_alone_have_the_plain_loss():
    scores, labels = torch.eye(3), torch.tensor([0, 1, 1])
    loss = models.auxiliary_loss(F.cross_entropy)
    assert loss(scores, labels) == F.cross_entropy(scores, labels)


def test_its_gradient_reaches_the_heads_in_proportion_to_their_weight():
    head = torch.zeros(2, 3, requires_grad=True)
    labels = torch.tensor([0, 1])
    F.cross_entropy(head, labels).backward()
    alone, head.grad = head.grad, None
    models.auxiliary_loss(F.cross_entropy, 0.25)((torch.zeros(2, 3), head), labels).backward()
    torch.testing.assert_close(head.grad, 0.25 * alone)


def test_googlenet_learns_with_it():
    torch.manual_seed(0)
    model = models.create("googlenet", num_classes=2)
    x, labels = torch.randn(4, 3, 32, 32), torch.tensor([0, 1, 0, 1])
    loss = models.auxiliary_loss(F.cross_entropy)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    losses = []
    for _ in range(6):
        optimizer.zero_grad()
        value = loss(model(x), labels)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    assert losses[0] == pytest.approx(1.6 * 0.693, abs=0.05)
    assert losses[-1] < 0.8 * losses[0]


def test_a_negative_weight():
    with pytest.raises(ValueError, match="at least 0, got -1"):
        models.auxiliary_loss(F.cross_entropy, -1)
