"""Momentum and a step size for each weight, both corrected for their start at zero."""

import numpy as np

from dlcourse.optim.optimizer import Optimizer, blocks, descent, require


class Adam(Optimizer):
    """θ ← θ − lr · m̂ / (√v̂ + ε), with m and v running means of the gradient and of its square.

    g ← ∇L(θ) + weight_decay · θ
    m ← β₁ m + (1 − β₁) g,    m̂ = m / (1 − β₁ᵗ)
    v ← β₂ v + (1 − β₂) g²,   v̂ = v / (1 − β₂ᵗ); with amsgrad the largest v so far

    Both means start at 0 and are too small at first, which the divisions by 1 − βᵗ mend: the
    first step has length lr in every weight. The arguments and defaults are those of
    `torch.optim.Adam`. Raises ValueError for a negative setting or a β outside [0, 1).
    Sources: Kingma & Ba (2015); Reddi, Kale & Kumar (2018) for amsgrad.

    >>> from dlcourse import nn
    >>> w = nn.Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, 0.01])
    >>> Adam([w], lr=0.1).step()
    >>> w.data.round(6)
    array([0.9, 0.9])
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        amsgrad=False,
        *,
        maximize=False,
    ):
        settings = {"lr": lr, "eps": eps, "weight_decay": weight_decay}
        for name, value in settings.items():
            require(name, value, value >= 0, "at least 0")
        for place, beta in enumerate(betas):
            require(f"betas[{place}]", beta, 0 <= beta < 1, "in [0, 1)")
        settings |= {"betas": tuple(betas), "amsgrad": amsgrad, "maximize": maximize}
        super().__init__(params, settings)

    def direction(self, parameter, group):
        """The gradient that the means are taken of."""
        return descent(parameter, group)

    def update(self, parameter, group):
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * group["amsgrad"]
        state = self.state_of(parameter, *names)
        state["step"] += 1
        beta1, beta2 = group["betas"]
        # lr · m̂ / (√v̂ + ε), with the corrections moved from the arrays to the two numbers
        scale = (1 - beta2 ** state["step"]) ** 0.5
        lr, eps = group["lr"] * scale / (1 - beta1 ** state["step"]), group["eps"] * scale
        gradient = self.direction(parameter, group)
        arrays = [state[name] for name in names]
        for p, g, m, v, *largest, t in blocks(parameter.data, gradient, *arrays):
            m *= beta1
            m += np.multiply(g, 1 - beta1, out=t)
            v *= beta2
            v += np.multiply(np.multiply(g, g, out=t), 1 - beta2, out=t)
            if largest:
                v = np.maximum(v, largest[0], out=largest[0])
            np.sqrt(v, out=t)
            t += eps
            np.divide(m, t, out=t)
            t *= lr
            p -= t


class AdamW(Adam):
    """Adam with weight decay beside the gradient, not in it: θ ← (1 − lr · weight_decay) θ first.

    In Adam the decay is divided by √v̂ like the rest of the gradient, so that weights with large
    gradients decay least; here all decay alike. The arguments and defaults are those of
    `torch.optim.AdamW`. Source: Loshchilov & Hutter (2019).

    >>> from dlcourse import nn
    >>> w = nn.Parameter(np.array([1.0]))
    >>> w.grad = np.array([0.0])
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step()
    >>> w.data
    array([0.95])
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=1e-2,
        amsgrad=False,
        *,
        maximize=False,
    ):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)

    def direction(self, parameter, group):
        parameter.data *= 1 - group["lr"] * group["weight_decay"]
        return -parameter.grad if group["maximize"] else parameter.grad
