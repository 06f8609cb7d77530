"""What all schedules share: the clock, the base rates, the state."""

from dlcourse.optim.optimizer import Optimizer


class LRScheduler:
    """The base: a subclass defines `factor(t)`, or `rate(base, t)` where it is no multiple.

    base: the learning rate that a group had when the scheduler was made.

    >>> from dlcourse import nn, optim
    >>> class Halved(LRScheduler):
    ...     def factor(self, t):
    ...         return 0.5**t
    >>> optimizer = optim.SGD([nn.Parameter([1.0])], lr=1.0)
    >>> scheduler = Halved(optimizer)
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.5]
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
