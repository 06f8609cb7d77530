"""The learning-rate finder: one short run in which the rate grows until the loss explodes."""

import copy
import math
from dataclasses import dataclass, field

import torch


@dataclass
class LearningRateSweep:
    """What the sweep saw, a value a step.

    lr: the rate of the step; loss: of its batch, before the step; smoothed: the loss averaged over
    the steps before with weight 0.9, without the bias towards zero at the start; stopped_early:
    whether the loss exploded before the largest rate was reached.

    >>> rates, losses = [0.01, 0.1, 1.0], [2.0, 0.5, 9.0]
    >>> LearningRateSweep(rates, losses, losses).suggestion
    0.01
    """

    lr: list = field(default_factory=list)
    loss: list = field(default_factory=list)
    smoothed: list = field(default_factory=list)
    stopped_early: bool = False

    @property
    def steepest(self):
        """The rate at which the smoothed loss falls fastest per factor of the rate."""
        if len(self.lr) < 3:
            raise ValueError(
                f"the sweep ended after {len(self.lr)} steps: begin with a smaller rate"
            )
        slopes = [
            (after - before) / math.log(self.lr[i + 2] / self.lr[i])
            for i, (before, after) in enumerate(zip(self.smoothed, self.smoothed[2:], strict=False))
        ]
        lowest = min(range(len(self.smoothed)), key=self.smoothed.__getitem__)
        falling = slopes[: max(1, lowest)]
        return self.lr[1 + min(range(len(falling)), key=falling.__getitem__)]

    @property
    def suggestion(self):
        """A tenth of the rate with the lowest smoothed loss: large, and with room below the edge.

        At the lowest loss itself the run is about to diverge. Source: Smith, 2017; the factor is
        the usual rule of thumb.
        """
        if not self.lr:
            raise ValueError("the sweep has no step")
        lowest = min(range(len(self.smoothed)), key=self.smoothed.__getitem__)
        return self.lr[lowest] / 10

    def __str__(self):
        ended = "the loss exploded" if self.stopped_early else "the largest rate was reached"
        return (
            f"{len(self.lr)} steps, lr {self.lr[0]:.1e} to {self.lr[-1]:.1e} ({ended}); "
            f"suggestion {self.suggestion:.1e}"
        )


def find_lr(model, optimizer, loss, batches, *, start=1e-6, end=10.0, steps=100, explodes=4.0):
    """Sweep the learning rate from `start` to `end`, geometrically; leave everything as it was.

    model, optimizer, loss: as they are handed to the Trainer; every parameter group gets the same
    rate. batches: an iterable of (x, y), gone through again where it is shorter than `steps`.
    explodes: the sweep ends where the smoothed loss exceeds its minimum this many times, or is not
    finite. Weights, buffers, the optimizer's state and torch's random numbers are put back.

    Returns a LearningRateSweep. Raises ValueError for a range that is none, or no batch.
    Source: Smith, Cyclical learning rates for training neural networks, 2017.

    >>> torch.manual_seed(0)  # doctest: +ELLIPSIS
    <torch._C.Generator object at ...>
    >>> model = torch.nn.Linear(3, 1)
    >>> x = torch.randn(64, 3)
    >>> data = [(x, x.sum(1, keepdim=True))]
    >>> sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> sweep = find_lr(model, sgd, torch.nn.MSELoss(), data, start=1e-4)
    >>> 1e-3 < sweep.suggestion < 1
    True
    """
    if not 0 < start < end:
        raise ValueError(f"a sweep needs 0 < start < end, got start={start!r} and end={end!r}")
    if steps < 3:
        raise ValueError(f"a sweep needs at least 3 steps, got {steps!r}")
    device = next(model.parameters()).device
    saved = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    training, sweep = model.training, LearningRateSweep()
    try:
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            model.train()
            for step, (x, y) in zip(range(steps), _endless(batches), strict=False):
                lr = start * (end / start) ** (step / (steps - 1))
                _sweep_step(model, optimizer, loss, x.to(device), y.to(device), lr, sweep)
                if not sweep.smoothed[-1] <= explodes * min(sweep.smoothed):
                    sweep.stopped_early = True
                    break
    finally:
        model.load_state_dict(saved[0])
        optimizer.load_state_dict(saved[1])
        optimizer.zero_grad(set_to_none=True)
        model.train(training)
    if sweep.stopped_early and not math.isfinite(sweep.loss[-1]):
        for values in (sweep.lr, sweep.loss, sweep.smoothed):
            values.pop()
    if not sweep.lr:
        raise ValueError(f"the loss is not finite at the first step, with lr={start:g}")
    return sweep


def _sweep_step(model, optimizer, loss, x, y, lr, sweep, weight=0.9):
    for group in optimizer.param_groups:
        group["lr"] = torch.as_tensor(lr) if isinstance(group["lr"], torch.Tensor) else lr
    optimizer.zero_grad(set_to_none=True)
    value = loss(model(x), y)
    value.backward()
    optimizer.step()
    value = value.item()
    n = len(sweep.loss) + 1
    before = sweep.smoothed[-1] * (1 - weight ** (n - 1)) if sweep.smoothed else 0.0
    sweep.lr.append(lr)
    sweep.loss.append(value)
    sweep.smoothed.append((weight * before + (1 - weight) * value) / (1 - weight**n))


def _endless(batches):
    while True:
        empty = True
        for batch in batches:
            empty = False
            yield batch
        if empty:
            raise ValueError(
                "a sweep needs at least one batch that can be gone through again, got none"
            )
