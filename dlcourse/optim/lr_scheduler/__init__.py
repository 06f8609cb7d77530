"""Learning rates that change with time, each given by its formula.

A scheduler sets the learning rate of every group when it is made (t = 0) and at every `step()`
(t = 1, 2, …), after the optimizer's own step. t counts steps or epochs: whatever `step` is called
for. PyTorch computes most schedules from one rate to the next; the formulas here give the same
rates.
"""

from dlcourse.optim.lr_scheduler.decay import (
    CosineAnnealingLR,
    ExponentialLR,
    InverseTimeLR,
    LinearLR,
    MultiStepLR,
    StepLR,
)
from dlcourse.optim.lr_scheduler.one_cycle import OneCycleLR
from dlcourse.optim.lr_scheduler.scheduler import LRScheduler
from dlcourse.optim.lr_scheduler.sequential import SequentialLR

__all__ = [
    "CosineAnnealingLR",
    "ExponentialLR",
    "InverseTimeLR",
    "LRScheduler",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "SequentialLR",
    "StepLR",
]
