"""The training loop against the same loop in PyTorch, its history and its callbacks."""

import numpy as np
import pytest
import torch

from dlcourse import nn, optim

rng = np.random.default_rng(0)
X = rng.standard_normal((50, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def parts(rng=0, lr=0.1):
    net = nn.Sequential(nn.Linear(2, 8, rng=rng), nn.Tanh(), nn.Linear(8, 2, rng=rng))
    return net, nn.CrossEntropyLoss(), optim.SGD(net.parameters(), lr=lr, momentum=0.9)


def test_every_loss_equals_the_same_loop_in_pytorch():
    net, loss, optimizer = parts()
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))
    theirs.load_state_dict({k: torch.from_numpy(v) for k, v in net.state_dict().items()})
    their_optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1, momentum=0.9)
    losses = []
    history = nn.fit(
        net, loss, optimizer, X, Y, epochs=3, batch_size=16, rng=5,
        on_step=lambda progress: losses.append(progress.loss),
    )  # fmt: skip
    orders = np.random.default_rng(5)
    expected = []
    for _ in range(3):
        order = orders.permutation(50)
        for start in range(0, 50, 16):
            batch = order[start : start + 16]
            their_optimizer.zero_grad()
            value = torch.nn.functional.cross_entropy(
                theirs(torch.from_numpy(X[batch])), torch.from_numpy(Y[batch])
            )
            value.backward()
            their_optimizer.step()
            expected.append(value.item())
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    by_epoch = np.average(np.reshape(expected, (3, 4)), axis=1, weights=[16, 16, 16, 2])
    np.testing.assert_allclose(history.loss, by_epoch, rtol=1e-4)
    for ours, tensor in zip(net.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(ours.data, tensor.detach().numpy(), atol=1e-5)


def test_history_holds_a_value_an_epoch():
    net, loss, optimizer = parts()
    history = nn.fit(net, loss, optimizer, X, Y, epochs=4, validation=(X, Y), rng=0)
    lists = (history.loss, history.accuracy, history.val_loss, history.val_accuracy)
    assert [len(values) for values in (*lists, history.seconds)] == [4] * 5
    result = nn.evaluate(net, loss, X, Y)
    assert history.val_loss[-1] == pytest.approx(result.loss)
    with torch.no_grad():
        scores = torch.from_numpy(net(X))
    assert result.accuracy == (scores.argmax(1).numpy() == Y).mean()
    assert result.loss == pytest.approx(
        torch.nn.functional.cross_entropy(scores, torch.from_numpy(Y)).item(), rel=1e-5
    )
    assert str(history).startswith("epoch 4: loss")


def test_evaluation_does_not_depend_on_its_batches_and_keeps_the_mode():
    net, loss, _ = parts()
    whole, parted = nn.evaluate(net, loss, X, Y), nn.evaluate(net, loss, X, Y, batch_size=7)
    assert whole.loss == pytest.approx(parted.loss, rel=1e-6)
    assert whole.accuracy == parted.accuracy
    assert net.training
    assert not net.eval().training
    nn.evaluate(net, loss, X, Y)
    assert not net.training
    with pytest.raises(RuntimeError, match="no call is waiting"):
        net.backward(np.ones((50, 2), np.float32))


def test_evaluation_is_in_evaluation_mode():
    class OffInEvaluation(nn.Linear):
        def forward(self, x):
            y, backward = super().forward(x)
            return y * self.training, backward

    result = nn.evaluate(OffInEvaluation(2, 4), nn.CrossEntropyLoss(), X, Y)
    assert result.loss == pytest.approx(np.log(4))


def test_a_run_repeats_with_its_seed():
    losses = []
    for _ in range(2):
        net, loss, optimizer = parts()
        losses.append(nn.fit(net, loss, optimizer, X, Y, epochs=2, rng=3).loss)
    assert losses[0] == losses[1]


def test_callbacks_see_every_step_and_may_stop():
    net, loss, optimizer = parts()
    seen = []
    history = nn.fit(
        net, loss, optimizer, X, Y, epochs=9, batch_size=20,
        on_step=seen.append, on_epoch=lambda history: len(history) == 2,
    )  # fmt: skip
    assert len(history) == 2
    assert [(p.epoch, p.step) for p in seen] == [(e, s) for e in (1, 2) for s in (1, 2, 3)]
    assert {(p.epochs, p.steps) for p in seen} == {(9, 3)}


def test_regression_has_no_accuracy():
    net = nn.Sequential(nn.Linear(2, 1, rng=0))
    target = (X @ np.array([[2.0], [-1.0]], np.float32)) + 0.5
    optimizer = optim.SGD(net.parameters(), lr=0.3)
    history = nn.fit(net, nn.MSELoss(), optimizer, X, target, epochs=40, rng=0)
    assert history.accuracy == []
    solution = np.linalg.lstsq(np.column_stack([X, np.ones(50)]), target, rcond=None)[0]
    np.testing.assert_allclose(net[0].weight.data[0], solution[:2, 0], atol=1e-3)
    np.testing.assert_allclose(net[0].bias.data, solution[2], atol=1e-3)


def test_nothing_that_is_given_is_changed():
    x, y = X.copy(), Y.copy()
    x.flags.writeable = y.flags.writeable = False
    net, loss, optimizer = parts()
    nn.fit(net, loss, optimizer, x, y, epochs=1, validation=(x, y))
    np.testing.assert_array_equal(x, X)
