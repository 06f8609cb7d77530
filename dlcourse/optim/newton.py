"""Newton's method, for problems of a few weights."""

import numpy as np

from dlcourse.optim.optimizer import Optimizer, require
from dlcourse.optim.vector import ParameterVector


class Newton(Optimizer):
    """θ ← θ − lr (H + damping · I)⁻¹ g, with the Hessian H from central differences of g.

    One step lands on the minimum of a quadratic from anywhere. It also walks to maxima and
    saddles: it looks for a zero of the gradient and does not ask which. damping > 0 bends the step
    towards the gradient's. H costs 2n gradients and n² numbers, solving for the step n³
    operations: with n = 10⁸ weights none of the three can be had.
    `step(closure)` as in LBFGS. eps: the step of the differences, in the unit of θ.
    Raises ValueError without a closure, and where H + damping · I is singular.
    Source: Nocedal & Wright (2006), chapter 3.

    >>> from dlcourse import nn
    >>> w = nn.Parameter(np.array([3.0, -2.0]))
    >>> def closure():
    ...     w.grad = w.data * [2.0, 20.0]
    ...     return float(w.data**2 @ [1.0, 10.0])
    >>> Newton([w]).step(closure), w.data.round(6) + 0.0
    (49.0, array([0., 0.]))
    """

    def __init__(self, params, lr=1, damping=0.0, eps=1e-5):
        require("lr", lr, lr >= 0, "at least 0")
        require("damping", damping, damping >= 0, "at least 0")
        super().__init__(params, {"lr": lr, "damping": damping, "eps": eps})
        if len(self.param_groups) != 1:
            raise ValueError(f"Newton takes one parameter group, got {len(self.param_groups)}")
        self.vector = ParameterVector(self.param_groups[0]["params"])

    def step(self, closure=None):
        """Take one step; returns the loss before it."""
        if closure is None:
            raise ValueError("Newton.step needs a closure that computes the loss and its gradients")
        group = self.param_groups[0]
        origin = self.vector.values()
        hessian = self.hessian(closure)
        loss = float(closure())
        gradient = self.vector.gradient()
        try:
            step = np.linalg.solve(hessian + group["damping"] * np.eye(origin.size), gradient)
        except np.linalg.LinAlgError:
            raise ValueError(
                f"Newton: the Hessian ({origin.size} × {origin.size}) is singular here: "
                "set damping above 0"
            ) from None
        self.vector.assign(origin - group["lr"] * step)
        return loss

    def hessian(self, closure):
        """∂²L/∂θᵢ∂θⱼ by central differences, (n, n) and symmetric; θ is put back."""
        eps, origin = self.param_groups[0]["eps"], self.vector.values()
        rows = []
        for i in range(origin.size):
            sides = []
            for sign in (1, -1):
                moved = origin.copy()
                moved[i] += sign * eps
                self.vector.assign(moved)
                closure()
                sides.append(self.vector.gradient())
            rows.append((sides[0] - sides[1]) / (2 * eps))
        self.vector.assign(origin)
        matrix = np.array(rows)
        return (matrix + matrix.T) / 2
