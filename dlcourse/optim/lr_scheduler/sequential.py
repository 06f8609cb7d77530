"""One schedule after another."""

import bisect

from dlcourse.optim.lr_scheduler.scheduler import LRScheduler


class SequentialLR(LRScheduler):
    """One scheduler after another: schedulers[k] runs from milestones[k − 1] on, from its t = 0.

    Usual: LinearLR for the warm-up, then CosineAnnealingLR. All belong to one optimizer. Raises
    ValueError where there is not one milestone fewer than schedulers.

    >>> import numpy as np
    >>> from dlcourse import nn, optim
    >>> from dlcourse.optim.lr_scheduler import ExponentialLR, LinearLR
    >>> optimizer = optim.SGD([nn.Parameter(np.ones(1))], lr=1.0)
    >>> scheduler = SequentialLR(
    ...     optimizer,
    ...     [LinearLR(optimizer, 0.5, total_iters=2), ExponentialLR(optimizer, 0.1)],
    ...     milestones=[2],
    ... )
    >>> rates = []
    >>> for _ in range(4):
    ...     rates += [round(scheduler.get_last_lr()[0], 4)]
    ...     scheduler.step()
    >>> rates
    [0.5, 0.75, 1.0, 0.1]
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
