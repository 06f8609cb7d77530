"""A step size for each weight, by the length of the path that it has gone."""

import numpy as np

from dlcourse.optim.optimizer import Optimizer, blocks, descent, require


class Adagrad(Optimizer):
    """θ ← θ − lrₜ · g / (√s + ε), with s the sum of all squared gradients so far.

    g ← ∇L(θ) + weight_decay · θ
    s ← s + g², starting at initial_accumulator_value
    lrₜ = lr / (1 + (t − 1) · lr_decay)

    s only grows, so every step is shorter than the one before under the same gradient. The
    arguments and defaults are those of `torch.optim.Adagrad`. Raises ValueError for a negative
    setting. Source: Duchi, Hazan & Singer (2011).

    >>> from dlcourse import nn
    >>> w = nn.Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, 0.01])
    >>> Adagrad([w], lr=0.1).step()
    >>> w.data.round(6)
    array([0.9, 0.9])
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        lr_decay=0,
        weight_decay=0,
        initial_accumulator_value=0,
        eps=1e-10,
        *,
        maximize=False,
    ):
        settings = {"lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay}
        settings["initial_accumulator_value"] = initial_accumulator_value
        for name, value in settings.items():
            require(name, value, value >= 0, "at least 0")
        super().__init__(params, {**settings, "maximize": maximize})

    def update(self, parameter, group):
        start = group["initial_accumulator_value"]
        state = self.state_of(parameter, "sum", start=start)
        state["step"] += 1
        lr = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
        gradient = descent(parameter, group)
        for p, s, g, _ in blocks(parameter.data, state["sum"], gradient):
            s += g * g
            p -= lr * g / (np.sqrt(s) + group["eps"])
