"""Stochastic gradient descent, with momentum."""

from dlcourse.optim.optimizer import Optimizer, descent, require


class SGD(Optimizer):
    """θ ← θ − lr · v, with v the gradient, or a running sum of gradients: momentum.

    g ← ∇L(θ) + weight_decay · θ (−∇L with maximize)
    v ← momentum · v + (1 − dampening) · g, starting with v = g
    θ ← θ − lr · (g + momentum · v) with nesterov, else θ − lr · v

    The arguments and defaults are those of `torch.optim.SGD`. Raises ValueError for a negative
    lr, momentum or weight_decay, and for nesterov without momentum or with dampening.
    Sources: Robbins & Monro (1951), Polyak (1964), Nesterov (1983), Sutskever et al. (2013).

    >>> from dlcourse import nn
    >>> import numpy as np
    >>> w = nn.Parameter(np.array([10.0]))
    >>> w.grad = 2 * w.data
    >>> SGD([w], lr=0.1).step()
    >>> w.data
    array([8.])
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        momentum=0,
        dampening=0,
        weight_decay=0,
        nesterov=False,
        *,
        maximize=False,
    ):
        require("lr", lr, lr >= 0, "at least 0")
        require("momentum", momentum, momentum >= 0, "at least 0")
        require("weight_decay", weight_decay, weight_decay >= 0, "at least 0")
        require(
            "nesterov",
            f"momentum={momentum}, dampening={dampening}",
            not nesterov or (momentum > 0 and dampening == 0),
            "used with momentum > 0 and dampening = 0",
        )
        settings = {"lr": lr, "momentum": momentum, "dampening": dampening}
        settings |= {"weight_decay": weight_decay, "nesterov": nesterov, "maximize": maximize}
        super().__init__(params, settings)

    def update(self, parameter, group):
        step = descent(parameter, group)
        if group["momentum"]:
            step = self.with_momentum(parameter, step, group)
        parameter.data -= group["lr"] * step

    def with_momentum(self, parameter, gradient, group):
        """Add the gradient to the parameter's velocity and return the direction of the step."""
        state = self.state.setdefault(parameter, {"momentum_buffer": None})
        if state["momentum_buffer"] is None:
            state["momentum_buffer"] = gradient.copy()
        else:
            state["momentum_buffer"] *= group["momentum"]
            state["momentum_buffer"] += (1 - group["dampening"]) * gradient
        velocity = state["momentum_buffer"]
        return gradient + group["momentum"] * velocity if group["nesterov"] else velocity
