"""Checks before a long training: what can be known to be wrong after a few seconds.

Source: Karpathy, A recipe for training neural networks, 2019.
"""

import copy
import math
from dataclasses import dataclass

import torch
from torch import nn

from dlcourse.training.batch import first
from dlcourse.training.checks import check_targets
from dlcourse.training.metrics import are_classes


@dataclass(frozen=True)
class Check:
    """One check: its name, whether it passed (None: it does not apply), what was found."""

    name: str
    passed: bool | None
    found: str


@dataclass(frozen=True)
class SanityReport:
    """The checks in their order. `passed`: whether none failed.

    >>> SanityReport((Check("shapes", True, "fit"), Check("gradients", None, "not tried"))).passed
    True
    """

    checks: tuple

    @property
    def passed(self):
        return all(check.passed is not False for check in self.checks)

    def __str__(self):
        marks = {True: "ok", False: "FAILED", None: "-"}
        width = max(len(check.name) for check in self.checks)
        return "\n".join(
            f"{marks[check.passed]:<8}{check.name:<{width + 2}}{check.found}"
            for check in self.checks
        )


def sanity_check(model, loss, batch, *, lr=1e-3, steps=200, target=0.05):
    """Check a model and a loss on one batch before hours are spent on them.

    batch: (x, y), 2 to some dozens of examples. lr, steps: of Adam, for the last check.
    target: the loss that it must come down to, as a fraction of the loss at the start.

    The checks:
    1. shapes: the scores fit the labels, class labels lie in 0..K−1;
    2. loss at the start: with K classes and fresh weights it is about log K;
    3. gradients: every parameter that is trained gets one, finite and not all zero;
    4. independence: in eval mode the scores of an example do not depend on the other examples;
    5. eval mode: two passes give the same scores;
    6. overfit one batch: the loss comes down to `target` of where it began.

    Works on a copy: weights, buffers, gradients, mode and torch's random numbers stay. A check that
    cannot be made because an earlier one failed is marked so. Returns a SanityReport.

    >>> torch.manual_seed(0)  # doctest: +ELLIPSIS
    <torch._C.Generator object at ...>
    >>> model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 3))
    >>> batch = torch.randn(6, 4), torch.tensor([0, 1, 2, 0, 1, 2])
    >>> report = sanity_check(model, nn.CrossEntropyLoss(), batch, lr=0.01)
    >>> print(report)  # doctest: +ELLIPSIS
    ok      shapes             scores (6, 3) for labels (6,)
    ok      loss at the start  ..., expected about log 3 = 1.099
    ok      gradients          reach all 4 parameters
    ok      independence       no example sees another
    ok      eval mode          two passes agree
    ok      overfit one batch  ...
    """
    model = copy.deepcopy(model)
    device = next(model.parameters()).device
    x, y = (part.to(device) for part in batch)
    if len(x) < 2:
        raise ValueError(f"sanity_check needs a batch of at least 2 examples, got {len(x)}")
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        shapes = _shapes(model.train(), loss, x, y)
        checks = [shapes]
        if shapes.passed:
            checks += [
                _start(model, loss, x, y),
                _gradients(model, loss, x, y),
                _independence(model, x),
                _eval_mode(model, x),
                _overfit(model, loss, x, y, lr, steps, target),
            ]
        else:
            reason = "not tried: the shapes are wrong"
            checks += [
                Check(name, None, reason)
                for name in ("loss at the start", "gradients", "independence", "overfit one batch")
            ]
    return SanityReport(tuple(checks))


def _shapes(model, loss, x, y):
    name = "shapes"
    try:
        with torch.no_grad():
            scores = first(model(x))
    except (RuntimeError, ValueError) as error:
        return Check(name, False, f"the model refuses x {tuple(x.shape)}: {_line(error)}")
    found = f"scores {tuple(scores.shape)} for labels {tuple(y.shape)}"
    if len(scores) != len(x):
        return Check(name, False, f"{len(x)} examples went in, {len(scores)} came out")
    try:
        check_targets(scores, y, loss)
    except (ValueError, TypeError) as error:
        return Check(name, False, str(error))
    if not are_classes(scores, y) and scores.shape != y.shape:
        return Check(name, False, f"{found}: a loss would broadcast one of them")
    try:
        with torch.no_grad():
            value = loss(model(x), y)
    except (RuntimeError, ValueError, IndexError) as error:
        return Check(name, False, f"{found}; the loss refuses them: {_line(error)}")
    if value.ndim:
        return Check(name, False, f"the loss has shape {tuple(value.shape)}, not one number")
    return Check(name, True, found)


def _start(model, loss, x, y):
    name = "loss at the start"
    with torch.no_grad():
        outputs = model(x)
        value = loss(outputs, y).item()
    scores = first(outputs)
    if not math.isfinite(value):
        return Check(name, False, f"{value}")
    if not isinstance(loss, nn.CrossEntropyLoss) or not are_classes(scores, y):
        return Check(name, None, f"{value:.3f}")
    classes = scores.shape[1]
    expected = math.log(classes)
    found = f"{value:.3f}, expected about log {classes} = {expected:.3f}"
    return Check(name, value <= 2 * expected + 0.5, found)


def _gradients(model, loss, x, y):
    name = "gradients"
    model.zero_grad(set_to_none=True)
    loss(model(x), y).backward()
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    missing = [n for n, p in trained if p.grad is None]
    if missing:
        return Check(name, False, f"do not reach {_few(missing)}")
    wrong = [n for n, p in trained if not torch.isfinite(p.grad).all()]
    if wrong:
        return Check(name, False, f"are not finite in {_few(wrong)}")
    dead = [n for n, p in trained if not p.grad.any()]
    if len(dead) == len(trained):
        return Check(name, False, "are zero everywhere")
    # A branch that begins at zero (a residual's last gamma) sends nothing back on the first step.
    return Check(name, True, f"reach all {len(trained)} parameters")


def _independence(model, x):
    """Put example 0 in the place of all others; its own scores must not move."""
    name = "independence"
    model.eval()
    with torch.no_grad():
        among_others = first(model(x))[0]
        among_itself = first(model(x[:1].expand_as(x).contiguous()))[0]
    model.train()
    if torch.allclose(among_others, among_itself, rtol=1e-4, atol=1e-5):
        return Check(name, True, "no example sees another")
    found = "the scores of example 0 change with the others: a view or a mean runs over the batch"
    return Check(name, False, found)


def _eval_mode(model, x):
    model.eval()
    with torch.no_grad():
        same = torch.equal(first(model(x)), first(model(x)))
    model.train()
    found = "two passes agree" if same else "two passes differ: something is random in eval()"
    return Check("eval mode", same, found)


def _overfit(model, loss, x, y, lr, steps, target):
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=lr)
    with torch.no_grad():
        start = value = loss(model(x), y).item()
    taken = 0
    while taken < steps:
        taken += 1
        optimizer.zero_grad()
        current = loss(model(x), y)
        current.backward()
        optimizer.step()
        value = current.item()
        if not math.isfinite(value) or value <= target * start:
            break
    found = f"loss {start:.3g} to {value:.3g} in {taken} steps"
    reached = value <= target * start
    if not reached:
        found += f", wanted {target * start:.3g}: try another lr before you look for a bug"
    return Check("overfit one batch", reached, found)


def _line(error):
    return str(error).strip().splitlines()[0][:200]


def _few(names):
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
