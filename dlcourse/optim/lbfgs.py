"""Quasi-Newton steps from the last few gradients, on the whole batch."""

from dlcourse.optim.line_search import Trial, strong_wolfe
from dlcourse.optim.optimizer import Optimizer, require
from dlcourse.optim.vector import ParameterVector


class LBFGS(Optimizer):
    """θ ← θ + t d with d = −H g, H an estimate of the inverse Hessian from the last m steps.

    sₖ = θₖ₊₁ − θₖ and yₖ = gₖ₊₁ − gₖ are kept for the last history_size steps; the two-loop
    recursion makes H g of them in O(m n), with no n × n matrix. t is lr, or with
    line_search_fn="strong_wolfe" found along d. `step(closure)` runs up to max_iter iterations;
    closure clears the gradients, computes the loss and its gradients and returns the loss. Made
    for a loss that is the same function at every call: minibatches mislead it.

    The arguments and defaults are those of `torch.optim.LBFGS`; one parameter group. Raises
    ValueError for another group, an unknown line search, or a step without closure.
    Sources: Liu & Nocedal (1989); Nocedal & Wright (2006), algorithms 7.4 and 7.5.

    >>> import numpy as np
    >>> from dlcourse import nn
    >>> w = nn.Parameter(np.array([3.0, -2.0]))
    >>> def closure():
    ...     w.grad = w.data * [2.0, 20.0]
    ...     return float(w.data**2 @ [1.0, 10.0])
    >>> loss = LBFGS([w], line_search_fn="strong_wolfe").step(closure)
    >>> loss, bool(abs(w.data).max() < 1e-4)
    (49.0, True)
    """

    def __init__(
        self,
        params,
        lr=1,
        max_iter=20,
        max_eval=None,
        tolerance_grad=1e-7,
        tolerance_change=1e-9,
        history_size=100,
        line_search_fn=None,
    ):
        require("lr", lr, lr >= 0, "at least 0")
        require(
            "line_search_fn",
            repr(line_search_fn),
            line_search_fn in (None, "strong_wolfe"),
            "None or 'strong_wolfe'",
        )
        settings = {"lr": lr, "max_iter": max_iter, "history_size": history_size}
        settings["max_eval"] = max_iter * 5 // 4 if max_eval is None else max_eval
        settings |= {"tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change}
        super().__init__(params, {**settings, "line_search_fn": line_search_fn})
        if len(self.param_groups) != 1:
            raise ValueError(f"LBFGS takes one parameter group, got {len(self.param_groups)}")
        self.vector = ParameterVector(self.param_groups[0]["params"])
        self.iterations, self.history, self.scale = 0, [], 1.0
        self.direction = self.previous = self.t = None

    def step(self, closure=None):
        """Run up to max_iter iterations; returns the loss before the first."""
        if closure is None:
            raise ValueError("LBFGS.step needs a closure that computes the loss and its gradients")
        group = self.param_groups[0]
        first = loss = float(closure())
        gradient, evaluations = self.vector.gradient(), 1
        if abs(gradient).max() <= group["tolerance_grad"]:
            return first
        for iteration in range(1, group["max_iter"] + 1):
            self._choose_direction(gradient, group)
            before, self.previous = loss, gradient
            slope = float(gradient @ self.direction)
            if slope > -group["tolerance_change"]:
                break
            start = Trial(0.0, loss, gradient, slope)
            last = iteration == group["max_iter"]
            trial, tried = self._move(closure, start, group, last, group["max_eval"] - evaluations)
            loss, gradient, evaluations = trial.loss, trial.gradient, evaluations + tried
            done = (
                last
                or evaluations >= group["max_eval"]
                or abs(gradient).max() <= group["tolerance_grad"]
                or abs(self.direction * self.t).max() <= group["tolerance_change"]
                or abs(loss - before) < group["tolerance_change"]
            )
            if done:
                break
        return first

    def _choose_direction(self, gradient, group):
        """Set d = −H g and the first step length."""
        self.iterations += 1
        if self.iterations == 1:
            self.direction = -gradient
            self.t = min(1.0, 1.0 / abs(gradient).sum()) * group["lr"]
            return
        s, y = self.direction * self.t, gradient - self.previous
        curvature = float(s @ y)
        if curvature > 1e-10:  # otherwise H would stop being positive definite
            self.history.append((s, y))
            del self.history[: -group["history_size"]]
            self.scale = curvature / float(y @ y)
        self.direction, self.t = -self._inverse_hessian_times(gradient), group["lr"]

    def _inverse_hessian_times(self, gradient):
        """H g by the two-loop recursion."""
        q = gradient.copy()
        shares = []
        for s, y in reversed(self.history):
            shares.append(float(s @ q) / float(s @ y))
            q -= shares[-1] * y
        q *= self.scale
        for (s, y), share in zip(self.history, reversed(shares), strict=True):
            q += s * (share - float(y @ q) / float(s @ y))
        return q

    def _move(self, closure, start, group, last, remaining):
        """Step along the direction; returns the Trial reached and the evaluations it took."""
        origin = self.vector.values()

        def evaluate(t):
            self.vector.assign(origin + t * self.direction)
            loss = float(closure())
            gradient = self.vector.gradient()
            return Trial(t, loss, gradient, float(gradient @ self.direction))

        if group["line_search_fn"] == "strong_wolfe":
            trial, tried = strong_wolfe(evaluate, start, self.direction, self.t, remaining)
            self.t = trial.t
            self.vector.assign(origin + self.t * self.direction)
            return trial, tried
        if last:  # the next call of step begins with this evaluation
            self.vector.assign(origin + self.t * self.direction)
            return start, 0
        return evaluate(self.t), 1
