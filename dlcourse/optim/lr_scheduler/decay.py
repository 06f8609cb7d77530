"""Rates that a formula of t gives: steps, decays, a cosine, a warm-up."""

import bisect
import math

from dlcourse.optim.lr_scheduler.scheduler import LRScheduler
from dlcourse.optim.optimizer import require


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
    """lr = base · gammaᵏ, with k the number of milestones ≤ t.

    >>> import numpy as np
    >>> from dlcourse import nn, optim
    >>> optimizer = optim.SGD([nn.Parameter(np.ones(1))], lr=1.0)
    >>> scheduler = MultiStepLR(optimizer, milestones=[2, 3], gamma=0.1)
    >>> rates = []
    >>> for _ in range(4):
    ...     rates += [round(scheduler.get_last_lr()[0], 4)]
    ...     scheduler.step()
    >>> rates
    [1.0, 1.0, 0.1, 0.01]
    """

    def __init__(self, optimizer, milestones, gamma=0.1):
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer)

    def factor(self, t):
        return self.gamma ** bisect.bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """lr = base · gammaᵗ; with gamma = e⁻ᵏ this is the α₀ e^{−kt} of the textbooks.

    >>> import numpy as np
    >>> from dlcourse import nn, optim
    >>> optimizer = optim.SGD([nn.Parameter(np.ones(1))], lr=1.0)
    >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
    >>> rates = []
    >>> for _ in range(4):
    ...     rates += [round(scheduler.get_last_lr()[0], 4)]
    ...     scheduler.step()
    >>> rates
    [1.0, 0.5, 0.25, 0.125]
    """

    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        super().__init__(optimizer)

    def factor(self, t):
        return self.gamma**t


class InverseTimeLR(LRScheduler):
    """lr = base / (1 + decay · t): 1/t decay, the α₀ / (1 + kt) of the textbooks.

    >>> import numpy as np
    >>> from dlcourse import nn, optim
    >>> optimizer = optim.SGD([nn.Parameter(np.ones(1))], lr=1.0)
    >>> scheduler = InverseTimeLR(optimizer, decay=1.0)
    >>> rates = []
    >>> for _ in range(4):
    ...     rates += [round(scheduler.get_last_lr()[0], 4)]
    ...     scheduler.step()
    >>> rates
    [1.0, 0.5, 0.3333, 0.25]
    """

    def __init__(self, optimizer, decay):
        require("decay", decay, decay >= 0, "at least 0")
        self.decay = decay
        super().__init__(optimizer)

    def factor(self, t):
        return 1 / (1 + self.decay * t)


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (base − eta_min) (1 + cos(π t / T_max)) / 2 (Loshchilov & Hutter, 2017).

    It reaches eta_min at T_max and comes back up after it, without a restart.

    >>> import numpy as np
    >>> from dlcourse import nn, optim
    >>> optimizer = optim.SGD([nn.Parameter(np.ones(1))], lr=1.0)
    >>> scheduler = CosineAnnealingLR(optimizer, T_max=4)
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += [round(scheduler.get_last_lr()[0], 4)]
    ...     scheduler.step()
    >>> rates
    [1.0, 0.8536, 0.5, 0.1464, 0.0]
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

    >>> import numpy as np
    >>> from dlcourse import nn, optim
    >>> optimizer = optim.SGD([nn.Parameter(np.ones(1))], lr=1.0)
    >>> scheduler = LinearLR(optimizer, start_factor=0.25, total_iters=3)
    >>> rates = []
    >>> for _ in range(5):
    ...     rates += [round(scheduler.get_last_lr()[0], 4)]
    ...     scheduler.step()
    >>> rates
    [0.25, 0.5, 0.75, 1.0, 1.0]
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
