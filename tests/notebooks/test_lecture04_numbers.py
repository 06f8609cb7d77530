"""Lecture 04: every number of the text, computed another way, and the lecture's own cells."""

import contextlib
import io
import json
import math
import os
import sys
from decimal import Decimal, getcontext
from pathlib import Path

import nbformat
import numpy as np
import pytest

import dlcourse

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "lectures" / "04_backpropagation.ipynb"

# Deck 003, lines 466 to 521, as printed.
SLIDE_X, SLIDE_SCORES, SLIDE_LOSS = "0.1854", ("0.1313", "-0.4951"), "0.78581595010034"
SLIDE_SLOPES = Decimal("-0.064589666493031"), Decimal("0.06458974454171")


@pytest.fixture(scope="module")
def cells():
    return {cell.id: cell.source for cell in nbformat.read(PATH, as_version=4).cells}


@pytest.fixture
def run(cells):
    """Run cells of the lecture in one fresh namespace; return it and what they printed."""

    def run(*ids):
        namespace, printed = {"dlcourse": dlcourse, "FULL": False}, io.StringIO()
        with contextlib.redirect_stdout(printed):
            for name in ("imports", *ids):
                exec(compile(cells[name], name, "exec"), namespace)
        return namespace, printed.getvalue()

    return run


@pytest.fixture(autouse=True, scope="module")
def fifty_digits():
    before, getcontext().prec = getcontext().prec, 50
    yield
    getcontext().prec = before


def slide_loss(scores):
    """−log softmax of the first score, in fifty digits."""
    return (1 + (Decimal(scores[1]) - Decimal(scores[0])).exp()).ln()


def test_the_parabola(run):
    w, h, lam = Decimal(10), Decimal("0.01"), Decimal("0.1")
    slope = ((w + h) ** 2 - w**2) / h
    assert (w + h) ** 2 == Decimal("100.2001")
    assert slope == Decimal("20.01")
    assert w - lam * slope == Decimal("7.999")
    namespace, printed = run("slope-by-hand")
    assert namespace["slope"] == pytest.approx(20.01, abs=1e-9)
    assert namespace["w"] == pytest.approx(7.999, abs=1e-9)
    assert "100.2001" in printed


def test_the_slopes_of_the_slide_are_those_of_its_scores_and_input():
    """−0.064590 and 0.064590 by nudging, ∓0.064580 by calculus: x has four digits."""
    x, (s1, s2), h = Decimal(SLIDE_X), map(Decimal, SLIDE_SCORES), Decimal("1e-5")
    before = slide_loss((s1, s2))
    after = slide_loss((s1 + h * x, s2)), slide_loss((s1, s2 + h * x))
    nudged = [(loss - before) / h for loss in after]
    p1 = (-before).exp()
    analytic = [(p1 - 1) * x, (1 - p1) * x]
    assert [round(float(value), 6) for value in analytic] == [-0.06458, 0.06458]
    assert [round(float(value), 6) for value in SLIDE_SLOPES] == [-0.06459, 0.06459]
    # x and the scores are rounded in the fourth place; the slopes may differ by that and no more.
    slack = Decimal("0.00005") * (1 - p1) + x * p1 * (1 - p1) * Decimal("0.0001")
    for by_hand, by_nudge, printed in zip(analytic, nudged, SLIDE_SLOPES, strict=True):
        assert abs(by_hand - by_nudge) < Decimal("1e-7")
        assert abs(printed - by_nudge) < slack


def test_the_lecture_computes_the_same_slopes(run):
    torch = pytest.importorskip("torch")
    namespace, printed = run("two-weights-check")
    weight = torch.tensor([[-0.8399], [-0.6943]], dtype=torch.float64, requires_grad=True)
    bias = torch.tensor(namespace["bias"])
    scores = torch.tensor([[0.1854]], dtype=torch.float64) @ weight.T + bias
    torch.nn.functional.cross_entropy(scores, torch.tensor([0])).backward()
    np.testing.assert_allclose(namespace["slopes"], weight.grad.ravel().numpy(), atol=1e-7)
    assert printed.count("-0.064580 +0.064580") == 2
    # The biases that the slide leaves out are ones that its layer can have: within ±1/√1.
    assert np.all(np.abs(namespace["bias"]) <= 1)


def test_erratum_of_the_loss(run):
    """Deck 003:496: the loss is 0.4282 by the scores, and by the slopes alone."""
    assert round(float(slide_loss(SLIDE_SCORES)), 4) == 0.4282
    a, b = SLIDE_SLOPES
    h = Decimal("1e-5")
    p2_x = (b - a) / 2
    p1_x = (a + b) / (h * p2_x)
    loss = -(p1_x / (p1_x + p2_x)).ln()
    assert round(float(p1_x + p2_x), 4) == float(SLIDE_X)
    assert round(float(loss), 4) == 0.4282
    assert abs(loss - Decimal(SLIDE_LOSS)) > Decimal("0.35")
    namespace, _ = run("two-weights-check", "two-weights-solved")
    assert namespace["loss_found"] == pytest.approx(float(loss), abs=1e-7)


def test_the_chain_and_the_fork(run):
    torch = pytest.importorskip("torch")
    x = torch.tensor(2.0, requires_grad=True)
    ((3 * x) ** 2).backward()
    assert x.grad == 36
    s = torch.tensor(2.0, requires_grad=True)
    ((3 * s) * s**2).backward()
    assert s.grad == 36
    namespace, _ = run("fork-figure")
    assert (namespace["by_x"], namespace["by_y"]) == (12, 24)


def test_erratum_of_the_zero(run):
    """Deck 000:448: one path is closed, and the gradient is that of the other."""
    torch = pytest.importorskip("torch")
    s = torch.tensor(2.0, requires_grad=True)
    (5 * torch.relu(-1 * s) + 4 * torch.relu(3 * s)).backward()
    namespace, _ = run("zero-path-demo")
    assert namespace["total"].item() == s.grad.item() == 12
    assert namespace["ds_upper"].item() == 0


def test_the_network_on_paper(run):
    torch = pytest.importorskip("torch")
    x = torch.tensor(2.0, requires_grad=True)
    w, b, v = (
        torch.tensor(values, requires_grad=True)
        for values in ([1.0, -1.0, -2.0], [0.0, 3.0, 1.0], [2.0, -1.0, 5.0])
    )
    loss = (v @ torch.relu(w * x + b) - 1) ** 2
    loss.backward()
    expected = {"L": loss, "dx": x.grad, "dw": w.grad, "db": b.grad, "dv": v.grad}
    by_hand, printed = run("by-hand-numbers", "library-again")
    for name, value in expected.items():
        np.testing.assert_array_equal(by_hand[name], value.detach().numpy(), err_msg=name)
        library = np.ravel(by_hand[f"{name}_"])
        np.testing.assert_array_equal(library, np.ravel(value.detach().numpy()), err_msg=name)
    assert expected["dw"].tolist() == [16, -8, 0]
    assert expected["dv"].tolist() == [8, 4, 0]
    assert expected["dx"] == 12
    assert "dw = [16. -8.  0.]" in printed


def test_deep_gradients_equal_pytorch(run):
    torch = pytest.importorskip("torch")
    namespace, _ = run("deep-code", "deep-setup", "deep-check")
    layers = [[torch.tensor(a, requires_grad=True) for a in layer] for layer in namespace["layers"]]
    h = torch.tensor(namespace["X"])
    for weight, bias in layers:
        h = torch.tanh(h @ weight.T + bias)
    torch.nn.functional.mse_loss(h, torch.tensor(namespace["target"])).backward()
    for theirs, ours in zip(layers, namespace["gradients"], strict=True):
        for tensor, gradient in zip(theirs, ours, strict=True):
            np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-12, atol=1e-15)


def test_both_planted_bugs_are_found(run):
    namespace, _ = run("planted-bugs")
    nn, inputs = namespace["nn"], np.array([[0.1, 0.5, -2.0]])
    assert nn.gradcheck(nn.Tanh(), inputs)
    for wrong, slope in (("Tanh1", 1 - math.tanh(-2)), ("Tanh2", 1 - (-2) ** 2)):
        report = nn.gradcheck(namespace[wrong](), inputs, raise_exception=False)
        assert not report
        assert report.checks[0].place == (0, 2)
        quotient = report.checks[0].analytic / report.checks[0].numeric
        assert quotient == pytest.approx(slope / (1 - math.tanh(2) ** 2), rel=1e-6)


def test_the_weights_of_the_opening():
    assert sum(n * m + m for n, m in ((784, 256), (256, 256), (256, 10))) == 269_322


PROBE = """
import json
print("PROBE" + json.dumps({
    "arrives": arrives, "twice": twice, "digits": digits_right, "ends": ends, "lost": int(lost),
    "last": last, "beyond": {n: float(np.mean([beyond_one(m) for m in nets[n]])) for n in nets},
    "exploded": exploded,
    "said": [int(p.argmax()) for _, p in states],
}))
"""


def test_the_lecture_runs_and_its_claims_hold(tmp_path, monkeypatch):
    """From top to bottom in a kernel, with nothing on stderr; then what the text says of it."""
    client = pytest.importorskip("nbclient")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *filter(None, sys.path)]))
    monkeypatch.delenv("DLCOURSE_FULL", raising=False)
    notebook = nbformat.read(PATH, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE, id="probe"))
    resources = {"metadata": {"path": str(tmp_path)}}
    client.NotebookClient(notebook, timeout=300, resources=resources).execute()
    outputs = [(cell.id, out) for cell in notebook.cells for out in cell.get("outputs", [])]
    assert [name for name, out in outputs if out.get("name") == "stderr"] == []
    claims = json.loads(outputs[-1][1]["text"].removeprefix("PROBE"))

    # Products: 4⁻²⁰ bounds the sigmoid; ReLU halves the squares; 2√2 doubles at each layer.
    assert 1e-14 < claims["arrives"]["sigmoid"] < 4.0**-20
    assert 1 / 3 < claims["arrives"]["ReLU"] / 2.0**-10 < 3
    assert 0.1 < claims["arrives"]["tanh"] < 0.3
    assert 1 / 3 < claims["twice"] / 2.0**20 < 3
    # A nudge: about u^(2/3) at best, with u = 1.1e-16 and 6e-8.
    assert 9 <= claims["digits"]["float64"] <= 12
    assert 4 <= claims["digits"]["float32"] <= 6
    # Twenty layers: only √2 learns; 2 overflows.
    assert min(claims["ends"]["Kaiming √2"]) > 0.7
    assert max(max(claims["ends"][name]) for name in ("default 0.58", "Xavier 1", "2")) < 0.4
    assert claims["lost"] >= 1
    # Bugs: one within the spread of the seeds, one far below; where tanh's inputs went.
    right, hidden, open_bug = (claims["last"][name] for name in ("right", "1 − x²", "1 − y"))
    assert abs(np.mean(right) - np.mean(hidden)) < max(right) - min(right) + 0.5
    assert max(open_bug) < min(right) - 5
    assert claims["beyond"]["1 − x²"] < claims["beyond"]["right"] < 0.3
    assert claims["beyond"]["1 − y"] > 0.8
    assert claims["exploded"]["right"] == 0
    assert claims["exploded"]["1 − x²"] >= 1
    # The picture: a 3 at first, an 8 at last.
    assert (claims["said"][0], claims["said"][-1]) == (3, 8)
