"""A loss that is NaN: the step at which, and the layer where first, found by going back."""

import pytest
import torch
from torch import nn

from dlcourse import training
from tests.training.loops import batches, net, same_weights, trainer


class Square(nn.Module):
    """Finite for what it usually gets; infinite beyond 10¹⁹ in float32."""

    def forward(self, x):
        return x * x


class Root(nn.Module):
    """√x: finite at 0, where its gradient is not."""

    def forward(self, x):
        return x.clamp(min=0).sqrt()


def caught(trained, data, epochs=1):
    with pytest.raises(training.NonFiniteError) as info:
        trained.fit(data, epochs)
    return info.value


@pytest.mark.parametrize("batch", [0, 1, 7, 60, 99])
@pytest.mark.parametrize("accumulate", [1, 4])
def test_the_batch_and_the_layer_are_named(batch, accumulate):
    """Batch norm, dropout and momentum are there so that going back must restore them."""
    data = batches(100)
    data[batch][0][3, 2] = 1e22
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 8), nn.Dropout(0.2), Square(), nn.BatchNorm1d(8))
    model.append(nn.Linear(8, 3))
    error = caught(trainer(model, accumulate=accumulate), data)
    assert (error.epoch, error.batch, error.layer) == (1, batch + 1, "2")
    step = batch // accumulate + 1
    assert f"epoch 1, batch {batch + 1} (step {step}): inf first appears" in str(error)
    assert "the output of '2' (Square)" in str(error)


def test_in_a_later_epoch_with_a_shuffled_loader():
    x, y = map(torch.cat, zip(*batches(10), strict=True))
    data = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, y), batch_size=8, shuffle=True
    )

    class Poison(training.Callback):
        def on_epoch(self, trainer):
            if trainer.position.epoch == 2:
                data.dataset.tensors[0][5] = float("nan")

    torch.manual_seed(3)
    error = caught(trainer(net(), callbacks=[Poison()]), data, epochs=5)
    assert error.epoch == 3
    assert "the batch itself holds nan" in str(error)
    torch.manual_seed(3)
    net()
    order = []
    for _ in range(3):  # the same three orders, drawn from the same seed
        order = [5 in (batch_y_index(x, data)) for x, _ in data]
    assert order.index(True) + 1 == error.batch


def batch_y_index(x, data):
    """Which examples are in a batch, by where the NaN is."""
    return {5} if torch.isnan(x).any() else set()


def test_a_gradient_that_is_not_finite_while_the_loss_is():
    model = nn.Sequential(nn.Linear(5, 8), Root(), nn.Linear(8, 3))
    torch.nn.init.constant_(model[0].bias, 5.0)
    data = batches(60)
    data[30] = (torch.full((8, 5), 0.0), data[30][1])

    class Zero(training.Callback):  # makes √0 happen in the next batch
        def on_step(self, trainer):
            if trainer.position.batch == 30:
                torch.nn.init.constant_(trainer.model[0].bias, 0.0)

    zero = Zero()
    trained = trainer(model, torch.optim.SGD(model.parameters(), 1e-3), callbacks=[zero])
    # The callback's change to the weights is no part of the training, so going back undoes it:
    # the replay says that it stayed finite, and does not invent a layer.
    error = caught(trained, data)
    assert error.batch == 32
    assert "stayed finite when the same batches were trained again" in str(error)

    model = nn.Sequential(nn.Linear(5, 8), Root(), nn.Linear(8, 3))
    torch.nn.init.zeros_(model[0].weight)
    torch.nn.init.zeros_(model[0].bias)
    error = caught(trainer(model), batches(5))
    assert error.batch == 2
    assert error.layer == "1"
    assert str(error).startswith("the loss is nan at epoch 1, batch 2 (step 2): inf first appears")
    assert "the way back through '1', in the gradient of the output of '0', at step 1" in str(error)


def test_a_step_that_is_too_long():
    def loss(scores, y):
        return 1e3 * nn.functional.cross_entropy(scores, y)

    model = net()
    error = caught(trainer(model, torch.optim.SGD(model.parameters(), lr=3e38), loss), batches(4))
    assert error.batch == 2
    assert error.layer in ("0", "2")
    assert str(error).endswith("after the optimizer's step, at step 1")


def test_a_loss_that_is_the_culprit_itself():
    def loss(scores, y):
        return nn.functional.cross_entropy(scores, y) + torch.log(torch.zeros(()))

    error = caught(trainer(net(), loss=loss), batches(3))
    assert (error.batch, error.layer) == (1, None)
    assert "the model's output is finite, inf first appears in the loss" in str(error)


def test_an_operation_between_layers_is_told_from_the_layer_after_it():
    class Divided(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(5, 4), nn.Linear(4, 3)

        def forward(self, x):
            return self.b(self.a(x) / 0.0)

    error = caught(trainer(Divided()), batches(2))
    assert "first appears in the model's forward, in what goes into 'b'" in str(error)


def test_nothing_of_a_diverged_training_is_kept_on_the_disk(tmp_path):
    data = batches(30)
    data[20][0][0, 0] = float("nan")
    model = net()
    caught(trainer(model, checkpoint=tmp_path, checkpoint_every=4), data)
    state, path = training.Checkpoints(tmp_path).load()
    assert path.name == "step-000000020.pt"
    assert all(torch.isfinite(value).all() for value in state["model"].values())
    resumed = net(seed=1)
    clean = batches(30)
    trainer(resumed, checkpoint=tmp_path, checkpoint_every=4).fit(clean, 1)
    whole = net()
    trainer(whole).fit(clean, 1)
    assert same_weights(whole, resumed)


def test_a_copy_is_made_anew_so_that_little_is_repeated(monkeypatch):
    monkeypatch.setattr("dlcourse.training.replay.COPY_EVERY", 0)
    data, seen = batches(200), []
    data[170][0][0, 0] = float("nan")

    def loss(scores, y):
        seen.append(len(y))
        return nn.functional.cross_entropy(scores, y)

    error = caught(trainer(net(), loss=loss), data)
    assert error.batch == 171
    assert len(seen) == 200 + 171 - 150  # the copy was made after batch 150
