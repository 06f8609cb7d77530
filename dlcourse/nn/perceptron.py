"""Rosenblatt's perceptron: a step on a weighted sum, corrected after each mistake."""

from dataclasses import dataclass, field

import numpy as np

from dlcourse.random import default_rng


@dataclass
class PerceptronTrace:
    """What happened while a perceptron learned.

    mistakes: how many in each epoch; weights, biases: the values at the start and after every
    update; examples: which example caused each update; converged: an epoch passed without one.

    >>> trace = Perceptron(1).fit([[1.0], [-1.0]], [1, -1])
    >>> trace.mistakes, trace.updates, trace.converged
    ([2, 0], 2, True)
    """

    mistakes: list = field(default_factory=list)
    weights: list = field(default_factory=list)
    biases: list = field(default_factory=list)
    examples: list = field(default_factory=list)
    converged: bool = False

    @property
    def updates(self):
        """The number of mistakes in all: what Novikoff's theorem bounds."""
        return len(self.examples)


class Perceptron:
    """ŷ = sign(w·x + b), with ŷ = −1 on the line itself. Labels are −1 and +1.

    After a mistake, w ← w + y x and b ← b + y (Rosenblatt, 1962); nothing else changes them.
    Weights start at 0. If some unit vector (w, b) separates the examples, each extended by a
    constant 1, with margin γ, and none of these is longer than R, there are at most (R/γ)²
    mistakes, in whatever order the examples come (Novikoff, 1962).

    >>> unit = Perceptron(2)
    >>> trace = unit.fit([[2.0, 1.0], [-1.0, -2.0]], [1, -1])
    >>> trace.converged, unit.weight, unit.predict([[3.0, 3.0]])
    (True, array([2., 1.]), array([1]))
    """

    def __init__(self, in_features):
        if not isinstance(in_features, int | np.integer) or in_features < 1:
            raise ValueError(f"Perceptron: in_features must be at least 1, got {in_features!r}")
        self.in_features = in_features
        self.weight = np.zeros(in_features)
        self.bias = 0.0

    def score(self, x):
        """w·x + b. x: (N, in_features) or (in_features,); returns (N,) or a number."""
        x = np.asarray(x)
        if x.ndim not in (1, 2) or x.shape[-1] != self.in_features:
            raise ValueError(
                f"Perceptron: expected x of shape (N, {self.in_features}) or "
                f"({self.in_features},), got {x.shape}"
            )
        return x @ self.weight + self.bias

    def predict(self, x):
        """−1 or +1 for each example."""
        return np.where(self.score(x) > 0, 1, -1)

    def update(self, x, y):
        """Look at one example; if it is on the wrong side, move. Returns whether it was."""
        mistake = y * self.score(x) <= 0
        if mistake:
            self.weight = self.weight + y * x
            self.bias = self.bias + y
        return bool(mistake)

    def fit(self, x, y, *, max_epochs=100, shuffle=False, rng=None):
        """Pass over the examples until an epoch goes by without a mistake.

        x: (N, in_features); y: (N,) of −1 and +1. With shuffle the order is new in each epoch.
        Returns a PerceptronTrace; its `converged` is False where max_epochs were not enough, as
        they never are for classes that no line separates.
        """
        x, y = np.asarray(x, dtype=float), np.asarray(y)
        self.score(x)
        if x.ndim != 2 or y.shape != x.shape[:1]:
            raise ValueError(f"Perceptron: {x.shape} examples do not go with {y.shape} labels")
        if not np.isin(y, (-1, 1)).all():
            strange = y[~np.isin(y, (-1, 1))][0]
            raise ValueError(f"Perceptron: labels are −1 and +1, got {strange}: try 2 * y - 1")
        trace = PerceptronTrace(weights=[self.weight], biases=[self.bias])
        order, rng = np.arange(len(x)), default_rng(rng)
        for _ in range(max_epochs):
            if shuffle:
                rng.shuffle(order)
            wrong = [n for n in order if self._observe(x[n], y[n], n, trace)]
            trace.mistakes.append(len(wrong))
            if not wrong:
                trace.converged = True
                break
        return trace

    def _observe(self, x, y, n, trace):
        mistake = self.update(x, y)
        if mistake:
            trace.weights.append(self.weight)
            trace.biases.append(self.bias)
            trace.examples.append(int(n))
        return mistake

    def __repr__(self):
        return f"Perceptron(in_features={self.in_features})"
