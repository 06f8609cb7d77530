"""Layers that keep running estimates: batch and instance norm."""

import numpy as np

from dlcourse.nn import ops
from dlcourse.nn.module import Module, Parameter


class RunningNorm(Module):
    """What batch and instance norm share: parameters, buffers and the running estimates.

    In training running ← (1 − momentum) · running + momentum · batch, with the batch's unbiased
    variance; momentum=None takes the plain mean over all batches. Evaluation uses the estimates,
    where there are any.
    """

    # The numbers of axes that the input may have, and how its shape reads.
    axes, expected = (), ""
    counts_batches = True

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        *,
        bias=True,
        dtype=np.float32,
    ):
        super().__init__()
        if not isinstance(num_features, int | np.integer) or num_features < 1:
            raise ValueError(
                f"{type(self).__name__}: num_features must be an integer of at least 1, "
                f"got {num_features!r}"
            )
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = Parameter(np.ones(num_features, dtype=dtype)) if affine else None
        self.bias = Parameter(np.zeros(num_features, dtype=dtype)) if affine and bias else None
        tracks = track_running_stats
        self.register_buffer("running_mean", np.zeros(num_features, dtype) if tracks else None)
        self.register_buffer("running_var", np.ones(num_features, dtype) if tracks else None)
        self.register_buffer("num_batches_tracked", np.array(0) if tracks else None)

    def forward(self, x):
        shape = np.shape(x)
        if len(shape) not in self.axes or shape[1] != self.num_features:
            raise ValueError(
                f"{type(self).__name__}: x must have shape "
                f"{self.expected.replace('C', str(self.num_features))}, got {shape}"
            )
        own = self.training or self.running_mean is None
        y, backward = self.normalize(
            x,
            self.running_mean,
            self.running_var,
            None if self.weight is None else self.weight.data,
            None if self.bias is None else self.bias.data,
            own,
            self.eps,
            self.track if self.training and self.running_mean is not None else None,
        )
        return y, self.adding_to(backward, self.weight, self.bias)

    def track(self, mean, var):
        """Mix a batch's mean and variance into the running estimates."""
        if self.counts_batches:
            self.num_batches_tracked = np.array(self.num_batches_tracked + 1)
        share = self.momentum
        if share is None:
            share = 1 / int(self.num_batches_tracked)
        # New arrays: a backward that is still owed may hold the old ones.
        self.running_mean = (1 - share) * self.running_mean + share * mean
        self.running_var = (1 - share) * self.running_var + share * var

    def extra_repr(self):
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(RunningNorm):
    """y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² of each feature over the batch.

    x: (N, C) or (N, C, L), y: of x's shape; C = num_features. weight γ: (C,), starts at 1, bias β:
    (C,), starts at 0. See `dlcourse.nn.ops.batch_norm` and, for the running estimates, BatchNorm2d.

    >>> layer = BatchNorm1d(1, eps=0.0)
    >>> layer(np.array([[1.0], [3.0]], dtype=np.float32)).ravel(), layer.running_mean
    (array([-1.,  1.], dtype=float32), array([0.2], dtype=float32))
    """

    axes, expected = (2, 3), "(N, C) or (N, C, L)"
    normalize = staticmethod(ops.batch_norm)


class BatchNorm2d(RunningNorm):
    """y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² of each channel over batch and places.

    x: (N, C, H, W), y: of x's shape; C = num_features (Ioffe & Szegedy, 2015). weight γ: (C,),
    starts at 1, bias β: (C,), starts at 0. Buffers running_mean, running_var: (C,) and
    num_batches_tracked. Training normalizes with the batch's own mean and biased variance and
    moves the running estimates by momentum towards the mean and the *unbiased* variance;
    evaluation uses the estimates. momentum=None: their plain mean. track_running_stats=False: no
    estimates, the batch's own in evaluation too. affine=False: neither γ nor β.

    >>> layer = BatchNorm2d(3)
    >>> y = layer(np.random.default_rng(0).normal(5, 2, (8, 3, 4, 4)).astype(np.float32))
    >>> float(abs(y.mean()).round(3)), float(y.std().round(3)), layer.running_mean.round(1)
    (0.0, 1.0, array([0.5, 0.5, 0.5], dtype=float32))
    """

    axes, expected = (4,), "(N, C, H, W)"
    normalize = staticmethod(ops.batch_norm)


class InstanceNorm2d(RunningNorm):
    """y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² of each channel of each image.

    x: (N, C, H, W) with at least two places, y: of x's shape; C = num_features (Ulyanov et al.,
    2016). Without parameters and running estimates unless affine or track_running_stats ask for
    them; the estimates are means over the batch and are used as in BatchNorm2d.

    >>> x = np.array([[[[1.0, 3.0]], [[10.0, 30.0]]]])
    >>> InstanceNorm2d(2, eps=0.0)(x)
    array([[[[-1., 1.]],
            [[-1., 1.]]]])
    """

    axes, expected = (4,), "(N, C, H, W)"
    normalize = staticmethod(ops.instance_norm)
    # PyTorch keeps the buffer at 0 here, so that there is no plain mean either.
    counts_batches = False

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=False,
        track_running_stats=False,
        *,
        bias=True,
        dtype=np.float32,
    ):
        if momentum is None:
            raise ValueError("InstanceNorm2d: momentum must be a number, got None")
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, bias=bias, dtype=dtype
        )
