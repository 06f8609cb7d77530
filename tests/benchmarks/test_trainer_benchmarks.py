"""Both loops do the same work, and LeNet-5 learns what it is shown."""

import copy

import numpy as np
import pytest
import torch

from benchmarks import trainer_lenet5, trainer_overhead
from dlcourse import data


@pytest.mark.parametrize("label", trainer_overhead.CASES)
def test_both_loops_end_with_the_same_weights(label):
    build, shape, _, _, _ = trainer_overhead.CASES[label]
    torch.manual_seed(0)
    net, batches = build(), trainer_overhead.batches(shape, 4, 3)
    peer = trainer_overhead.ByHand(copy.deepcopy(net), batches)
    ours = trainer_overhead.ByTrainer(net, batches)
    for _ in range(2):
        assert ours() == pytest.approx(peer(), rel=1e-5)
    ours.close()
    assert ours.trainer.history.accuracy[-1] == pytest.approx(peer.accuracy)
    for a, b in zip(net.parameters(), peer.net.parameters(), strict=True):
        assert torch.equal(a, b)


def test_the_ratio_is_that_of_the_two_loops(monkeypatch):
    calls = []

    def compare_once(label, ours, peer, *, same, repeats, target, clock):
        same(ours(), peer())
        calls.append((label, target))
        return label

    monkeypatch.setattr(trainer_overhead, "compare", compare_once)
    trainer_overhead.measure("MLP", trainer_overhead.small_mlp, (1, 28, 28), 4, 3, 1.1)
    assert calls == [("MLP, 3 batches of 4", 1.1)]


def test_lenet5_learns_ten_pictures():
    rng = np.random.default_rng(0)
    y = np.tile(np.arange(10), 26)
    pictures = rng.random((10, 1, 28, 28), dtype=np.float32)
    noisy = pictures[y] + 0.1 * rng.random((260, 1, 28, 28), dtype=np.float32)
    small = data.DataSet(
        name="ten", x=noisy, y=y, classes=tuple("0123456789"), n_train=200, image_shape=(28, 28)
    )
    history, seconds = trainer_lenet5.train(small, seed=0, epochs=8, progress=False)
    assert history.val_accuracy[-1] == 1.0
    assert seconds > 0
