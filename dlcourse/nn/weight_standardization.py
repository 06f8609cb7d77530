"""Convolutions whose kernels are normalized instead of their outputs."""

from math import prod

import numpy as np

from dlcourse.nn import ops
from dlcourse.nn.conv import Conv2d
from dlcourse.nn.module import Parameter


class StdConv2d(Conv2d):
    """Conv2d with ŵ = (w − μ) / √(σ² + ε) in place of w, over each output's weights.

    Weight standardization (Qiao et al., 2019), which goes with GroupNorm where batches are small.
    Arguments, shapes and parameters are those of Conv2d, and eps.

    >>> layer = StdConv2d(3, 8, 3, rng=0)
    >>> kernels, _ = layer.kernels()
    >>> float(abs(kernels.mean(axis=(1, 2, 3))).max().round(6)), float(kernels.std().round(3))
    (0.0, 1.0)
    """

    def __init__(self, *arguments, eps=1e-6, **options):
        super().__init__(*arguments, **options)
        self.eps = eps

    def kernels(self):
        """The standardized weight, and the function that carries its gradient to the weight."""
        return ops.weight_standardization(self.weight.data, eps=self.eps)

    def forward(self, x):
        kernels, kernels_backward = self.kernels()
        bias = None if self.bias is None else self.bias.data
        y, conv_backward = ops.conv2d(
            x, kernels, bias, self.stride, self.padding, self.dilation, self.groups
        )

        def backward(dy, **how):
            dx, dkernels, dbias = conv_backward(dy, **how)
            self.accumulate_kernels(*kernels_backward(dkernels))
            if self.bias is not None:
                self.bias.accumulate(dbias)
            return dx

        return y, backward

    def accumulate_kernels(self, dweight, dgain):
        self.weight.accumulate(dweight)


class ScaledStdConv2d(StdConv2d):
    """Conv2d with ŵ = γ g (w − μ) / (√fan-in √(σ² + ε)), for networks without normalization.

    Scaled weight standardization (Brock et al., 2021): outputs keep the variance of the inputs.
    gamma: the constant that makes up for the nonlinearity, 1.7139588594436646 for ReLU; gain g:
    (out_channels, 1, 1, 1), learned, starts at gain_init. Otherwise as Conv2d.

    >>> layer = ScaledStdConv2d(64, 64, 3, bias=False, rng=0)
    >>> y = layer(np.random.default_rng(0).standard_normal((2, 64, 12, 12)).astype(np.float32))
    >>> float(y.std().round(1))
    1.0
    """

    def __init__(self, *arguments, gamma=1.0, eps=1e-6, gain_init=1.0, **options):
        super().__init__(*arguments, eps=eps, **options)
        self.scale = float(gamma * prod(self.weight.shape[1:]) ** -0.5)
        gain = np.full((self.out_channels, 1, 1, 1), gain_init, dtype=self.weight.dtype)
        self.gain = Parameter(gain)

    def kernels(self):
        return ops.weight_standardization(self.weight.data, self.gain.data, self.scale, self.eps)

    def accumulate_kernels(self, dweight, dgain):
        self.weight.accumulate(dweight)
        self.gain.accumulate(dgain)
