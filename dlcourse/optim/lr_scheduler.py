"""Learning rates that change with time, each given by its formula.

A scheduler sets the learning rate of every group when it is made (t = 0) and at every `step()`
(t = 1, 2, …), after the optimizer's own step. t counts steps or epochs: whatever `step` is called
for. PyTorch computes most schedules from one rate to the next; the formulas here give the same
rates.
"""

import bisect
import math

from dlcourse.optim.optimizer import Optimizer, require


class LRScheduler:
    """The base: a subclass defines `factor(t)`, or `rate(base, t)` where it is no multiple.

    base: the learning rate that a group had when the scheduler was made.
    """

    def __init__(self, optimizer):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"a scheduler takes an Optimizer, got {type(optimizer).__name__}")
        self.optimizer = optimizer
        self.base_lrs = [group.setdefault("initial_lr", group["lr"]) for group in self.groups]
        self.last_epoch = 0
        self.apply(0)

    @property
    def groups(self):
        return self.optimizer.param_groups

    def factor(self, t):
        raise NotImplementedError(f"{type(self).__name__} must define factor(t)")

    def rate(self, base, t):
        return base * self.factor(t)

    def apply(self, t):
        """Set every group's learning rate to that of time t."""
        for group, base in zip(self.groups, self.base_lrs, strict=True):
            group["lr"] = self.rate(base, t)

    def step(self):
        """Go on by one."""
        self.last_epoch += 1
        self.apply(self.last_epoch)

    def get_last_lr(self):
        """The learning rate of each group."""
        return [group["lr"] for group in self.groups]

    def state_dict(self):
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state_dict):
        self.last_epoch = state_dict["last_epoch"]
        self.base_lrs = list(state_dict["base_lrs"])
        self.apply(self.last_epoch)


class StepLR(LRScheduler):
    """lr = base · gamma^⌊t / step_size⌋: down a step every step_size.

    >>> from dlcourse import nn, optim
    >>> import numpy as np
    >>> optimizer = optim.SGD([nn.Parameter(np.ones(1))], lr=1.0)
    >>> scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> rates = []
    >>> for t in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     scheduler.step()
    >>> rates
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    def __init__(self, optimizer, step_size, gamma=0.1):
        require("step_size", step_size, step_size >= 1, "at least 1")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def factor(self, t):
        return self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """lr = base · gammaᵏ, with k the number of milestones ≤ t."""

    def __init__(self, optimizer, milestones, gamma=0.1):
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer)

    def factor(self, t):
        return self.gamma ** bisect.bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """lr = base · gammaᵗ; with gamma = e⁻ᵏ this is the α₀ e^{−kt} of the textbooks."""

    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        super().__init__(optimizer)

    def factor(self, t):
        return self.gamma**t


class InverseTimeLR(LRScheduler):
    """lr = base / (1 + decay · t): 1/t decay, the α₀ / (1 + kt) of the textbooks."""

    def __init__(self, optimizer, decay):
        require("decay", decay, decay >= 0, "at least 0")
        self.decay = decay
        super().__init__(optimizer)

    def factor(self, t):
        return 1 / (1 + self.decay * t)


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (base − eta_min) (1 + cos(π t / T_max)) / 2 (Loshchilov & Hutter, 2017).

    It reaches eta_min at T_max and comes back up after it, without a restart.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0):
        require("T_max", T_max, T_max >= 1, "at least 1")
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def rate(self, base, t):
        share = (1 + math.cos(math.pi * t / self.T_max)) / 2
        return self.eta_min + (base - self.eta_min) * share


class LinearLR(LRScheduler):
    """lr = base · (start_factor + (end_factor − start_factor) · min(1, t / total_iters)).

    The usual warm-up.
    """

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5):
        require("start_factor", start_factor, 0 < start_factor <= 1, "in (0, 1]")
        require("end_factor", end_factor, 0 <= end_factor <= 1, "in [0, 1]")
        require("total_iters", total_iters, total_iters >= 1, "at least 1")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer)

    def factor(self, t):
        share = min(1.0, t / self.total_iters)
        return self.start_factor + (self.end_factor - self.start_factor) * share


class OneCycleLR(LRScheduler):
    """Up from max_lr / div_factor to max_lr, then down to that / final_div_factor (Smith, 2018).

    The way up takes pct_start of total_steps (or epochs · steps_per_epoch); anneal_strategy is
    "cos" or "linear". With three_phase the way down stops at the first rate before it goes on to
    the last. Where the optimizer has momentum (or betas) it runs against the rate, from
    max_momentum down to base_momentum and back. Call `step` after every batch; the rate after the
    last, which no batch uses, continues the curve as in PyTorch. Raises ValueError for one more.
    """

    def __init__(
        self,
        optimizer,
        max_lr,
        total_steps=None,
        epochs=None,
        steps_per_epoch=None,
        pct_start=0.3,
        anneal_strategy="cos",
        cycle_momentum=True,
        base_momentum=0.85,
        max_momentum=0.95,
        div_factor=25.0,
        final_div_factor=1e4,
        three_phase=False,
    ):
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR needs total_steps, or epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        require("total_steps", total_steps, total_steps >= 1, "at least 1")
        require("pct_start", pct_start, 0 <= pct_start <= 1, "in [0, 1]")
        require(
            "anneal_strategy",
            repr(anneal_strategy),
            anneal_strategy in ("cos", "linear"),
            "'cos' or 'linear'",
        )
        self.total_steps, self.cosine = total_steps, anneal_strategy == "cos"
        up = pct_start * total_steps - 1
        low, bottom = 1 / div_factor, 1 / (div_factor * final_div_factor)
        last = (total_steps - 1, bottom, 1.0)
        # (end of the phase, share of max_lr there, share of the way from base to max momentum)
        down = [(2 * up, low, 1.0), last] if three_phase else [last]
        self.phases = [(0, low, 1.0), (up, 1.0, 0.0), *down]
        self.momenta = (base_momentum, max_momentum) if cycle_momentum else None
        peaks = max_lr if isinstance(max_lr, list | tuple) else [max_lr]
        self.peaks = list(peaks) * (len(optimizer.param_groups) // len(peaks))
        if len(self.peaks) != len(optimizer.param_groups):
            raise ValueError(
                f"OneCycleLR: {len(peaks)} max_lr for {len(optimizer.param_groups)} groups"
            )
        super().__init__(optimizer)

    def at(self, t, column):
        """The share of the rate (column 1) or of the momentum (column 2) at time t."""
        if t > self.total_steps:
            raise ValueError(f"OneCycleLR: step {t} of {self.total_steps} was asked for")
        for before, after in zip(self.phases, self.phases[1:], strict=False):
            if t <= after[0] or after is self.phases[-1]:
                share = (t - before[0]) / (after[0] - before[0]) if after[0] != before[0] else 1.0
                share = (1 - math.cos(math.pi * share)) / 2 if self.cosine else share
                return before[column] + (after[column] - before[column]) * share
        raise AssertionError("the last phase takes every t")

    def apply(self, t):
        for group, peak in zip(self.groups, self.peaks, strict=True):
            group["lr"] = peak * self.at(t, 1)
            if self.momenta:
                base, top = self.momenta
                momentum = base + (top - base) * self.at(t, 2)
                if "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum


class SequentialLR(LRScheduler):
    """One scheduler after another: schedulers[k] runs from milestones[k − 1] on, from its t = 0.

    Usual: LinearLR for the warm-up, then CosineAnnealingLR. All belong to one optimizer. Raises
    ValueError where there is not one milestone fewer than schedulers.
    """

    def __init__(self, optimizer, schedulers, milestones):
        if len(milestones) != len(schedulers) - 1 or sorted(milestones) != list(milestones):
            raise ValueError(
                f"SequentialLR: {len(schedulers)} schedulers need {len(schedulers) - 1} milestones "
                f"in order, got {list(milestones)}"
            )
        if any(scheduler.optimizer is not optimizer for scheduler in schedulers):
            raise ValueError("SequentialLR: every scheduler must belong to the given optimizer")
        self.schedulers, self.milestones = schedulers, list(milestones)
        super().__init__(optimizer)

    def apply(self, t):
        place = bisect.bisect_right(self.milestones, t)
        start = self.milestones[place - 1] if place else 0
        self.schedulers[place].last_epoch = t - start
        self.schedulers[place].apply(t - start)
