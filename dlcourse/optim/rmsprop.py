"""A step size for each weight, by the recent size of its gradients."""

import numpy as np

from dlcourse.optim.optimizer import Optimizer, blocks, descent, require


class RMSprop(Optimizer):
    """θ ← θ − lr · g / (√v + ε), with v a running mean of squared gradients.

    g ← ∇L(θ) + weight_decay · θ
    v ← α v + (1 − α) g²
    with centered: m ← α m + (1 − α) g, and √(v − m²), the standard deviation, takes √v's place
    with momentum: b ← momentum · b + g / (√v + ε), and θ ← θ − lr · b

    The arguments and defaults are those of `torch.optim.RMSprop`. Raises ValueError for a
    negative setting. Sources: Tieleman & Hinton (2012), Graves (2013) for the centred form.

    >>> from dlcourse import nn
    >>> w = nn.Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, 0.01])
    >>> RMSprop([w], lr=0.01, alpha=0.99).step()
    >>> w.data.round(4)
    array([0.9, 0.9])
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        alpha=0.99,
        eps=1e-8,
        weight_decay=0,
        momentum=0,
        centered=False,
        *,
        maximize=False,
    ):
        settings = {"lr": lr, "alpha": alpha, "eps": eps}
        settings |= {"weight_decay": weight_decay, "momentum": momentum}
        for name, value in settings.items():
            require(name, value, value >= 0, "at least 0")
        super().__init__(params, {**settings, "centered": centered, "maximize": maximize})

    def update(self, parameter, group):
        names = ["square_avg"]
        names += ["momentum_buffer"] if group["momentum"] else []
        names += ["grad_avg"] if group["centered"] else []
        state = self.state_of(parameter, *names)
        state["step"] += 1
        alpha, lr, eps = group["alpha"], group["lr"], group["eps"]
        arrays = [state[name] for name in names]
        for p, g, v, *more, _ in blocks(parameter.data, descent(parameter, group), *arrays):
            v += (1 - alpha) * (g * g - v)
            spread = v
            if group["centered"]:
                m = more[-1]
                m += (1 - alpha) * (g - m)
                spread = v - m * m
            step = g / (np.sqrt(spread) + eps)
            if group["momentum"]:
                b = more[0]
                b *= group["momentum"]
                b += step
                step = b
            p -= lr * step
