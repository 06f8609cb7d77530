"""The benchmarks themselves: both libraries do the same work, and the command reports."""

import json

import numpy as np
import pytest
import torch

from benchmarks import __main__ as command
from benchmarks import memory, mnist_lenet5, mnist_mlp, naive_twins, nn_layers, operations
from benchmarks.harness import Check, Ratio, Report, close, one_thread
from dlcourse import nn


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    x = rng.random((640, 784)).astype(np.float32)
    return x, rng.integers(10, size=640)


def both(x, y, dtype):
    net = mnist_mlp.build(seed=3)
    if dtype == np.float64:
        net.double()
    twin = mnist_mlp.build_torch(net).to(getattr(torch, np.dtype(dtype).name))
    x = x.astype(dtype)
    return mnist_mlp.both(net, twin, x, y, seed=5)


@pytest.mark.parametrize(
    ("dtype", "epochs", "tolerance"), [(np.float32, 1, 1e-4), (np.float64, 4, 1e-10)]
)
def test_both_libraries_take_the_same_steps(batch, dtype, epochs, tolerance):
    x, y = batch
    ours, peer = both(x, y, dtype)
    with one_thread():
        for _ in range(epochs):  # of five batches
            assert ours() == pytest.approx(peer(), rel=tolerance)
    state = peer.net.state_dict()
    assert list(ours.net.state_dict()) == list(state)
    for name, value in ours.net.state_dict().items():
        assert value.dtype == dtype
        np.testing.assert_allclose(value, state[name].numpy(), rtol=0, atol=tolerance)


def test_another_order_of_the_batches_is_noticed(batch):
    x, y = batch
    ours, peer = both(x, y, np.float32)
    ours.rng = np.random.default_rng(6)
    assert ours() != pytest.approx(peer(), rel=1e-4)


def test_a_network_learns_what_it_is_shown(batch):
    noise, y = batch
    ours, _ = both(noise[:10][y] + 0.2 * noise, y, np.float32)
    losses = [ours() for _ in range(5)]
    assert losses[-1] < losses[0] / 10


def test_the_operations_are_equal_and_all_are_measured(monkeypatch):
    calls = []

    def compare_once(label, ours, peer, *, same, repeats, inner, clock, target=None):
        for _ in range(3):  # steps of training must stay equal
            same(ours(), peer())
        calls.append(label)
        return Ratio(label, [1.0], [1.0], target)

    monkeypatch.setattr(operations, "compare", compare_once)
    report = operations.run()
    assert [r.label for r in report.ratios] == calls
    assert len(calls) == 8
    assert {r.label.split()[0] for r in report.ratios if r.target} == {"MLP", "Adam"}


def test_the_loops_do_the_same_work(monkeypatch):
    small = naive_twins.cases(small=True)
    monkeypatch.setattr(naive_twins, "cases", lambda: small)
    report = naive_twins.run()  # measure() raises where results differ
    assert len(report.checks) == len(small) == 7
    assert all(check.value > 1 for check in report.checks)


def test_lenet_takes_the_same_steps_in_both_libraries():
    rng = np.random.default_rng(0)
    x, y = rng.random((200, 1, 28, 28)), rng.integers(10, size=200)
    net = mnist_lenet5.build(seed=3).double()
    twin = mnist_lenet5.build_torch(net).double()
    with one_thread():
        ours, peer = mnist_lenet5.both(net, twin, x, y, seed=5, epochs=3)
        for _ in range(3):
            assert ours() == pytest.approx(peer(), rel=1e-10)
    assert ours.optimizer.param_groups[0]["lr"] == pytest.approx(
        peer.optimizer.param_groups[0]["lr"]
    )
    for name, value in net.state_dict().items():
        np.testing.assert_allclose(value, twin.state_dict()[name].numpy(), rtol=0, atol=1e-10)
    expected = nn.evaluate(net, ours.loss, x, y).accuracy
    assert peer.accuracy_on(x, y) == pytest.approx(expected)


def test_the_layers_are_equal_and_all_are_measured(monkeypatch):
    calls = []

    def compare_once(label, ours, peer, *, same, repeats, clock):
        same(ours(), peer())
        calls.append(label)
        return Ratio(label, [1.0], [1.0])

    monkeypatch.setattr(nn_layers, "compare", compare_once)
    monkeypatch.setattr(nn_layers, "IMAGES", (2, 16, 8, 8))
    monkeypatch.setattr(memory, "peak_bytes", lambda module, label: (3e6, 2e6))
    smaller = [(label, 2, *rest) for label, _, *rest in nn_layers.CONVOLUTIONS]
    monkeypatch.setattr(nn_layers, "CONVOLUTIONS", smaller)
    report = nn_layers.run()
    assert [r.label for r in report.ratios] == calls
    assert {check.value for check in report.checks} == {1.5}
    assert len(report.checks) == len(nn_layers.MEMORY)
    assert len(calls) == 2 * (5 + 4 + 3)
    assert {r.target for r in report.ratios} == {None, 1.0, 1.5, 1.6, 2.1}
    for label in nn_layers.MEMORY:
        ours, peer = nn_layers.memory_case(label, torch, small=True)
        close(1e-4, 1e-4)(ours(), peer())


class Module:
    def __init__(self, name, outcome):
        self.NAME, self.outcome, self.asked = name, outcome, []

    def run(self, full):
        self.asked.append(full)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return Report(self.NAME, checks=[Check("a figure", self.outcome, at_least=1)])


@pytest.fixture
def made_up(monkeypatch):
    found = {
        name: Module(name, outcome)
        for name, outcome in (
            ("good", 2.0),
            ("bad", 0.5),
            ("absent", FileNotFoundError("MNIST is not here")),
        )
    }
    monkeypatch.setattr(command, "BENCHMARKS", found)
    return found


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize(
    ("name", "code", "out", "err"),
    [
        ("good", 0, "met", ""),
        ("bad", 1, "MISSED", ""),
        ("absent", 1, "", "absent: not measured: MNIST is not here\n"),
    ],
)
def test_the_command_reports_and_returns_a_code(name, code, out, err, tmp_path, capsys):
    assert command.main([name, "--results", str(tmp_path)]) == code
    printed = capsys.readouterr()
    assert out in printed.out
    assert printed.err == err
    assert [p.name for p in tmp_path.iterdir()] == ([] if err else [f"{name}.json"])


def test_without_a_name_all_run_and_one_that_fails_stops_none(made_up, tmp_path, capsys):
    assert command.main(["--full", "--results", str(tmp_path)]) == 1
    assert [module.asked for module in made_up.values()] == [[True]] * 3
    assert json.loads((tmp_path / "good.json").read_text())["checks"][0]["value"] == 2.0
    assert "not measured" in capsys.readouterr().err


@pytest.mark.usefixtures("made_up")
def test_an_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["god"])
    assert "no benchmark is called 'god'; there are good, bad, absent" in capsys.readouterr().err
