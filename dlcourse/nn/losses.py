"""Losses as modules: `loss = criterion(output, target)`, then `criterion.backward()`."""

import numpy as np

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
    """Mean of (input − target)² over all elements; see `dlcourse.nn.ops.mse_loss`.

    >>> import numpy as np
    >>> criterion = MSELoss()
    >>> float(criterion(np.array([1.0, 2.0]), np.array([1.0, 4.0]))), criterion.backward()
    (2.0, array([ 0., -2.]))
    """

    def forward(self, input, target):
        return ops.mse_loss(input, target, self.reduction)


class L1Loss(Loss):
    """Mean of |input − target| over all elements; see `dlcourse.nn.ops.l1_loss`.

    >>> float(L1Loss()(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
    1.0
    """

    def forward(self, input, target):
        return ops.l1_loss(input, target, self.reduction)


class SmoothL1Loss(Loss):
    """Mean of d² / 2β where |d| < β, else |d| − β / 2; see `dlcourse.nn.ops.smooth_l1_loss`.

    >>> float(SmoothL1Loss(reduction="sum")(np.array([0.5, 3.0]), np.zeros(2)))
    2.625
    """

    def __init__(self, reduction="mean", beta=1.0):
        super().__init__(reduction)
        self.beta = beta

    def forward(self, input, target):
        return ops.smooth_l1_loss(input, target, self.reduction, self.beta)

    def extra_repr(self):
        return f"{super().extra_repr()}, beta={self.beta}"


class BCEWithLogitsLoss(Loss):
    """Mean of −w (a t log p + (1 − t) log(1 − p)), with p = σ(input): yes or no, many times.

    weight w and pos_weight a: arrays that broadcast to input's shape, or None; buffers. See
    `dlcourse.nn.ops.binary_cross_entropy_with_logits`.

    >>> criterion = BCEWithLogitsLoss()
    >>> round(float(criterion(np.array([0.0, 2.0]), np.array([1.0, 1.0]))), 4)
    0.41
    """

    def __init__(self, weight=None, reduction="mean", pos_weight=None, *, dtype=np.float32):
        super().__init__(reduction)
        self.register_buffer("weight", None if weight is None else np.array(weight, dtype))
        factor = None if pos_weight is None else np.array(pos_weight, dtype)
        self.register_buffer("pos_weight", factor)

    def forward(self, input, target):
        return ops.binary_cross_entropy_with_logits(
            input, target, self.weight, self.reduction, self.pos_weight
        )


class CrossEntropyLoss(Loss):
    """Mean of −log softmax(input)ₜ over examples; see `dlcourse.nn.ops.cross_entropy`.

    weight: (C,), a factor for each class, a buffer; ignore_index: the label that counts nothing;
    label_smoothing: the share of the uniform distribution in the target.

    >>> criterion = CrossEntropyLoss()
    >>> loss = criterion(np.array([[0.0, 0.0]]), np.array([1]))
    >>> round(float(loss), 4), criterion.backward()
    (0.6931, array([[ 0.5, -0.5]]))
    """

    def __init__(
        self,
        weight=None,
        ignore_index=-100,
        reduction="mean",
        label_smoothing=0.0,
        *,
        dtype=np.float32,
    ):
        super().__init__(reduction)
        if isinstance(weight, str):
            raise TypeError(
                f"CrossEntropyLoss: weight must be an array of floats, got {weight!r}: "
                f"name the reduction, as in reduction={weight!r}"
            )
        self.register_buffer("weight", None if weight is None else np.array(weight, dtype))
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input, target):
        return ops.cross_entropy(
            input, target, self.reduction, self.weight, self.ignore_index, self.label_smoothing
        )
