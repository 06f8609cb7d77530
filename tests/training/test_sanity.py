"""Each planted bug fails its own check, a healthy model fails none."""

import pytest
import torch
from torch import nn

from dlcourse.training.sanity import sanity_check

K = 5


def healthy():
    return nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, K))


@pytest.fixture
def batch():
    torch.manual_seed(1)
    return torch.randn(10, 8), torch.arange(10) % K


def outcome(model, batch, loss=None, **options):
    report = sanity_check(model, loss or nn.CrossEntropyLoss(), batch, **options)
    return {check.name: check.passed for check in report.checks}, str(report)


def failed(model, batch, loss=None, **options):
    checks, text = outcome(model, batch, loss, **options)
    return [name for name, passed in checks.items() if passed is False], text


def test_a_healthy_model_passes(batch):
    checks, text = outcome(healthy(), batch, lr=0.01)
    assert all(passed is True for passed in checks.values()), text
    assert "log 5 = 1.609" in text


def test_labels_that_do_not_fit_are_found(batch):
    x, y = batch
    names, text = failed(healthy(), (x, y + 1))
    assert names == ["shapes"]
    assert "labels reach 5 but the model gives 5 scores, for classes 0 to 4" in text


def test_examples_of_the_wrong_shape_are_found(batch):
    names, text = failed(healthy(), (torch.randn(10, 9), batch[1]))
    assert names == ["shapes"]
    assert "the model refuses x (10, 9)" in text


def test_a_target_that_would_be_broadcast_is_found(batch):
    names, text = failed(nn.Linear(8, 1), (batch[0], torch.randn(10)), nn.MSELoss())
    assert names == ["shapes"]
    assert "broadcast" in text


def test_a_start_far_above_log_k_is_found(batch):
    model = healthy()
    with torch.no_grad():
        model[2].weight.mul_(200)
    assert "loss at the start" in failed(model, batch)[0]


class Wrapped(nn.Module):
    """A healthy body, and a bug that a subclass plants before or behind it."""

    def __init__(self):
        super().__init__()
        self.body = healthy()


class Forgetful(Wrapped):
    def __init__(self):
        super().__init__()
        self.unused = nn.Linear(3, 3)

    def forward(self, x):
        return self.body(x)


def test_a_layer_without_gradient_is_found(batch):
    names, text = failed(Forgetful(), batch, lr=0.01)
    assert names == ["gradients"]
    assert "do not reach unused.weight, unused.bias" in text


class Mixing(Wrapped):
    def forward(self, x):
        return self.body(x - x.mean(0, keepdim=True))


def test_a_mean_over_the_batch_is_found(batch):
    names, text = failed(Mixing(), batch, lr=0.01)
    assert names == ["independence"]
    assert "the scores of example 0 change with the others" in text


class Tokens(nn.Module):
    def __init__(self, mixes):
        super().__init__()
        self.table, self.head, self.mixes = nn.Embedding(20, 16), nn.Linear(16, K), mixes

    def forward(self, x):
        mean = self.table(x).mean(1)
        return self.head(mean - mean.mean(0) if self.mixes else mean)


@pytest.mark.parametrize("mixes", [False, True])
def test_tokens_are_checked_for_independence_too(mixes):
    torch.manual_seed(0)
    batch = torch.randint(20, (10, 6)), torch.arange(10) % K
    checks, text = outcome(Tokens(mixes), batch, lr=0.05)
    assert checks["independence"] is not mixes, text


def test_batch_norm_is_no_mixing(batch):
    model = nn.Sequential(nn.Linear(8, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, K))
    assert failed(model, batch, lr=0.01)[0] == []


class AlwaysDropping(Wrapped):
    def forward(self, x):
        return self.body(nn.functional.dropout(x, 0.2))


def test_dropout_that_ignores_eval_is_found(batch):
    assert "eval mode" in failed(AlwaysDropping(), batch, lr=0.01)[0]


class Detached(Wrapped):
    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(K))

    def forward(self, x):
        return self.body(x).detach() + self.shift


def test_a_model_that_cannot_learn_its_batch_is_found(batch):
    names, _ = failed(Detached(), batch)
    assert {"gradients", "overfit one batch"} <= set(names)


def test_nothing_of_the_model_is_touched(batch):
    model = nn.Sequential(nn.Linear(8, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, K)).eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    random = torch.get_rng_state()
    sanity_check(model, nn.CrossEntropyLoss(), batch)
    assert all(torch.equal(tensor, before[n]) for n, tensor in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert not model.training
    assert torch.equal(torch.get_rng_state(), random)


def test_one_example_is_refused(batch):
    with pytest.raises(ValueError, match="at least 2 examples, got 1"):
        sanity_check(healthy(), nn.CrossEntropyLoss(), (batch[0][:1], batch[1][:1]))
