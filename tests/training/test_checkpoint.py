"""Checkpoints: whole or not there, two of them, data alone; resumed to the very same weights."""

import os
import pickle
import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

from dlcourse import training
from dlcourse.training.checkpoint import read
from tests.training.loops import batches, net, same_weights, trainer


class Stop(Exception):
    """Something from outside that ends a training."""


class StopAt(training.Callback):
    def __init__(self, step):
        self.step = step

    def on_step(self, trainer):
        if trainer.position.step == self.step:
            raise Stop


def build(folder=None, stop=10**9, loader=None, **options):
    """Dropout, batch norm, a schedule, an average, a shuffled loader: all that has a state."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    model = nn.Sequential(net(classes=8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 3))
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    options = {
        "scheduler": lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 7),
        "ema": 0.9,
        "callbacks": [StopAt(stop), training.EarlyStopping("loss", 50, restore_best=False)],
        "checkpoint": folder,
        "checkpoint_every": folder and 3,
        **options,
    }
    x, y = map(torch.cat, zip(*batches(7), strict=True))
    return trainer(model, optimizer, **options), DataLoader(TensorDataset(x, y), 8, shuffle=True)


@pytest.mark.parametrize("stop", [1, 4, 7, 11, 17])
@pytest.mark.parametrize("precision", ["float32", "fp16"])
def test_a_training_that_was_stopped_ends_as_one_that_was_not(tmp_path, stop, precision):
    whole, data = build(precision=precision)
    expected = whole.fit(data, 3)
    stopped, data = build(tmp_path, stop, precision=precision)
    with pytest.raises(Stop):
        stopped.fit(data, 3)
    resumed, data = build(tmp_path, precision=precision)
    if stop > 3:  # there is a checkpoint, whose generators count and not those of the new process
        torch.rand(17)
    history = resumed.fit(data, 3)
    assert same_weights(whole.model, resumed.model)
    assert same_weights(whole.ema.model, resumed.ema.model)
    # A mean is summed in other pieces where a checkpoint divides an epoch.
    assert history.loss == pytest.approx(expected.loss, rel=1e-12)
    assert history.accuracy == pytest.approx(expected.accuracy, rel=1e-12)
    assert whole.optimizer.param_groups[0]["lr"] == resumed.optimizer.param_groups[0]["lr"]


def test_the_scale_of_the_loss_is_kept(tmp_path):
    trained = trainer(net(), precision="fp16", checkpoint=tmp_path)
    trained.fit(batches(), 1)
    trained.precision.scaler.update(1024.0)
    trained.fit(batches(), 2)
    resumed = trainer(net(), precision="fp16", checkpoint=tmp_path)
    resumed.fit(batches(), 2)
    assert resumed.precision.scaler.get_scale() == 1024.0


def test_a_training_interrupted_in_memory_goes_on_as_well():
    whole, data = build()
    whole.fit(data, 3)
    stopped, data = build(stop=9)
    with pytest.raises(Stop):
        stopped.fit(data, 3)
    stopped.callbacks[0].step = None
    stopped.fit(data, 3)
    assert same_weights(whole.model, stopped.model)


def test_a_loader_with_a_generator_of_its_own_goes_on_in_its_order(tmp_path):
    def loader(data):
        generator = torch.Generator().manual_seed(3)
        return DataLoader(data.dataset, 8, shuffle=True, generator=generator)

    whole, data = build()
    whole.fit(loader(data), 3)
    stopped, data = build(tmp_path, 12)
    with pytest.raises(Stop):
        stopped.fit(loader(data), 3)
    resumed, data = build(tmp_path)
    resumed.fit(loader(data), 3)
    assert same_weights(whole.model, resumed.model)


@pytest.mark.slow
def test_worker_processes_go_on_in_their_order(tmp_path):
    def loader(data):
        return DataLoader(Jittered(data.dataset), 8, shuffle=True, num_workers=2)

    whole, data = build()
    whole.fit(loader(data), 2)
    stopped, data = build(tmp_path, 10)
    with pytest.raises(Stop):
        stopped.fit(loader(data), 2)
    resumed, data = build(tmp_path)
    resumed.fit(loader(data), 2)
    assert same_weights(whole.model, resumed.model)


class Jittered(torch.utils.data.Dataset):
    def __init__(self, data):
        self.data = data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        x, y = self.data[index]
        return x + torch.rand(1) + random.random() + np.random.rand(), y  # noqa: NPY002


def test_two_checkpoints_stay_and_nothing_half_written(tmp_path):
    partial = tmp_path / "step-000000001.pt.partial"
    partial.write_bytes(b"the process was killed here")
    trained, data = build(tmp_path)
    trained.fit(data, 2)
    assert [p.name for p in sorted(tmp_path.iterdir())] == [
        "step-000000012.pt",
        "step-000000014.pt",
    ]


def test_it_is_on_the_disk_before_it_bears_its_name(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: calls.append("fsync") or fsync(fd))
    monkeypatch.setattr(os, "replace", lambda a, b: calls.append("replace") or replace(a, b))
    training.Checkpoints(tmp_path).save({"a": 1}, 1)
    assert calls == (["fsync", "replace"] if os.name == "nt" else ["fsync", "replace", "fsync"])


def damage(path, kind):
    content = bytearray(path.read_bytes())
    if kind == "truncated":
        content = content[: len(content) // 2]
    elif kind == "empty":
        content = b""
    else:  # one bit, within the numbers of a weight
        with_weights = training.Checkpoints(path.parent).load()[0]["model"]["0.0.weight"]
        place = bytes(content).find(with_weights.numpy().tobytes()[:16])
        assert place > 0
        content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("kind", ["truncated", "empty", "one bit"])
def test_a_damaged_checkpoint_falls_back_on_the_one_before_and_says_so(tmp_path, kind):
    whole, data = build(tmp_path)
    whole.fit(data, 2)
    damage(tmp_path / "step-000000014.pt", kind)
    resumed, data = build(tmp_path)
    with pytest.warns(UserWarning, match=r"step-000000014.pt is .*: using step-000000012.pt, the"):
        resumed.fit(data, 2)
    assert same_weights(whole.model, resumed.model)
    # What was damaged is written anew, and what is there can be read.
    for path in training.Checkpoints(tmp_path).paths():
        read(path)


def test_where_none_can_be_read_it_does_not_begin_anew_in_silence(tmp_path):
    trained, data = build(tmp_path)
    trained.fit(data, 1)
    for path in tmp_path.iterdir():
        damage(path, "truncated")
    again, data = build(tmp_path)
    with (
        pytest.warns(UserWarning, match="truncated or damaged"),
        pytest.raises(training.CheckpointError, match=r"none of the 2 checkpoints .* resume=False"),
    ):
        again.fit(data, 1)
    anew, data = build(tmp_path)
    anew.fit(data, 1, resume=False)
    assert same_weights(anew.model, trained.model)


def test_beginning_anew_removes_what_a_longer_run_has_left(tmp_path):
    longer, data = build(tmp_path)
    longer.fit(data, 3)
    anew, data = build(tmp_path)
    anew.fit(data, 1, resume=False)
    steps = [int(p.stem.removeprefix("step-")) for p in training.Checkpoints(tmp_path).paths()]
    assert steps == [6, 7]


def test_a_checkpoint_of_another_model_is_refused_by_name(tmp_path):
    def fit(model, **options):
        return trainer(model, checkpoint=tmp_path, **options).fit(batches(), 1)

    fit(net())
    with pytest.raises(
        training.CheckpointError,
        match=r"another model: 2.weight is \(3, 16\) there and \(4, 16\) here",
    ):
        fit(net(classes=4))
    deeper = net()
    deeper.append(nn.Linear(3, 3))
    with pytest.raises(training.CheckpointError, match=r"another model: it has no 3.weight"):
        fit(deeper)
    with pytest.raises(training.CheckpointError, match=r"another model: this one has no 2.weight"):
        fit(net()[:2].append(nn.Identity()))
    other = net()
    with pytest.raises(training.CheckpointError, match="has SGD optimizer, this training has Adam"):
        fit(other, optimizer=torch.optim.Adam(other.parameters()))
    with pytest.raises(training.CheckpointError, match="has no ema, this training has EMA"):
        fit(net(), ema=0.9)
    with pytest.raises(training.CheckpointError, match="callbacks none, this training has StopAt"):
        fit(net(), callbacks=[StopAt(0)])
    untouched = net()
    assert same_weights(untouched, net())


def test_nothing_but_data_is_ever_unpickled(tmp_path):
    class Exploit:
        def __reduce__(self):
            return (os.system, ("echo this must not run",))

    torch.save({"format": 1, "model": Exploit()}, tmp_path / "step-000000001.pt")
    with pytest.raises(training.CheckpointError, match="cannot be read"):
        read(tmp_path / "step-000000001.pt")
    (tmp_path / "step-000000002.pt").write_bytes(pickle.dumps(Exploit()))
    with pytest.raises(training.CheckpointError, match="truncated or damaged"):
        read(tmp_path / "step-000000002.pt")


def test_a_callback_with_a_state_that_cannot_be_read_back_fails_at_once(tmp_path):
    class Careless(training.Callback):
        def state_dict(self):
            return {"when": random.Random(0)}

    with pytest.raises(training.CheckpointError, match="cannot be read"):
        trainer(net(), checkpoint=tmp_path, callbacks=[Careless()]).fit(batches(), 1)
    assert not list(tmp_path.glob("*.pt"))


def test_it_holds_what_a_student_expects_to_find(tmp_path):
    trained, data = build(tmp_path)
    trained.fit(data, 1)
    state = torch.load(tmp_path / "step-000000007.pt", weights_only=True)
    assert {"model", "optimizer", "scheduler", "ema", "random", "position", "history"} <= set(state)
    fresh, _ = build()
    fresh.model.load_state_dict(state["model"])
    assert same_weights(fresh.model, trained.model)
