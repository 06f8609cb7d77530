"""Losses as modules: `loss = criterion(output, target)`, then `criterion.backward()`."""

from dlcourse.nn import ops
from dlcourse.nn.module import Module


class Loss(Module):
    """The base of the losses. reduction: "mean", "sum" or "none"."""

    def __init__(self, reduction="mean"):
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction is 'mean', 'sum' or 'none', got {reduction!r}")
        self.reduction = reduction

    def extra_repr(self):
        return f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """Mean of (input − target)² over all elements; see `dlcourse.nn.ops.mse_loss`."""

    def forward(self, input, target):
        return ops.mse_loss(input, target, self.reduction)


class CrossEntropyLoss(Loss):
    """Mean of −log softmax(input)ₜ over examples; see `dlcourse.nn.ops.cross_entropy`.

    >>> import numpy as np
    >>> criterion = CrossEntropyLoss()
    >>> loss = criterion(np.array([[0.0, 0.0]]), np.array([1]))
    >>> round(float(loss), 4), criterion.backward()
    (0.6931, array([[ 0.5, -0.5]]))
    """

    def forward(self, input, target):
        return ops.cross_entropy(input, target, self.reduction)
