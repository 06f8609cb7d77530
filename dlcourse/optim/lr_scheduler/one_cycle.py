"""One rise and one fall of the rate, against which the momentum moves."""

import math

from dlcourse.optim.lr_scheduler.scheduler import LRScheduler
from dlcourse.optim.optimizer import require


class OneCycleLR(LRScheduler):
    """Up from max_lr / div_factor to max_lr, then down to that / final_div_factor (Smith, 2018).

    The way up takes pct_start of total_steps (or epochs · steps_per_epoch); anneal_strategy is
    "cos" or "linear". With three_phase the way down stops at the first rate before it goes on to
    the last. Where the optimizer has momentum (or betas) it runs against the rate, from
    max_momentum down to base_momentum and back. Call `step` after every batch; the rate after the
    last, which no batch uses, continues the curve as in PyTorch. Raises ValueError for one more.

    >>> import numpy as np
    >>> from dlcourse import nn, optim
    >>> optimizer = optim.SGD([nn.Parameter(np.ones(1))], lr=1.0)
    >>> scheduler = OneCycleLR(
    ...     optimizer, max_lr=1.0, total_steps=5, pct_start=0.6, anneal_strategy="linear"
    ... )
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += [round(scheduler.get_last_lr()[0], 4)]
    ...     scheduler.step()
    >>> rates
    [0.04, 0.52, 1.0, 0.5, 0.0]
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
