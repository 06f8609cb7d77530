"""Convolutional layers; the mathematics is in `dlcourse.nn.ops.conv`."""

from math import prod

import numpy as np

from dlcourse.nn import init, ops
from dlcourse.nn.module import Module, Parameter
from dlcourse.nn.ops.windows import pair
from dlcourse.random import default_rng


class Convolution(Module):
    """What Conv2d and ConvTranspose2d share: arguments, parameters and their first values."""

    can_skip_input_grad = True
    transposed = False

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride,
        padding,
        dilation,
        groups,
        bias,
        padding_mode,
        dtype,
        rng,
    ):
        super().__init__()
        title = type(self).__name__
        for name, size in (
            ("in_channels", in_channels),
            ("out_channels", out_channels),
            ("groups", groups),
        ):
            if not isinstance(size, int | np.integer) or size < 1:
                raise ValueError(f"{title}: {name} must be an integer of at least 1, got {size!r}")
        if in_channels % groups or out_channels % groups:
            raise ValueError(
                f"{title}: groups must divide in_channels and out_channels, got {groups} for "
                f"{in_channels} and {out_channels}"
            )
        if padding_mode != "zeros":
            raise ValueError(
                f"{title}: padding_mode is 'zeros' here, got {padding_mode!r}: pad the input with "
                "np.pad first"
            )
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = pair(title, "kernel_size", kernel_size)
        self.stride = pair(title, "stride", stride)
        self.dilation = pair(title, "dilation", dilation)
        self.padding = (
            padding if isinstance(padding, str) else pair(title, "padding", padding, least=0)
        )
        self.padding_mode = padding_mode
        outer, inner = in_channels, out_channels
        if not self.transposed:
            outer, inner = out_channels, in_channels
        shape = (outer, inner // groups, *self.kernel_size)
        bound = prod(shape[1:]) ** -0.5
        rng = default_rng(rng)
        self.weight = Parameter(np.empty(shape, dtype=dtype))
        init.uniform_(self.weight, -bound, bound, rng=rng)
        self.bias = None
        if bias:
            self.bias = Parameter(np.empty(out_channels, dtype=dtype))
            init.uniform_(self.bias, -bound, bound, rng=rng)

    def extra_repr(self):
        parts = [
            f"{self.in_channels}, {self.out_channels}",
            f"kernel_size={self.kernel_size}",
            f"stride={self.stride}",
        ]
        if self.padding != (0, 0):
            parts.append(f"padding={self.padding}")
        if self.dilation != (1, 1):
            parts.append(f"dilation={self.dilation}")
        if self.transposed and self.output_padding != (0, 0):
            parts.append(f"output_padding={self.output_padding}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        return ", ".join(parts)


class Conv2d(Convolution):
    """The 2-D convolution (cross-correlation) with learned kernels (LeCun et al., 1989).

    x: (N, in_channels, H, W), y: (N, out_channels, H', W') with
    H' = ⌊(H + 2 padding − dilation (kernel_size − 1) − 1) / stride⌋ + 1. weight:
    (out_channels, in_channels / groups, kh, kw), bias: (out_channels,); both start uniform in
    ±1/√(in_channels / groups · kh · kw), as in PyTorch. kernel_size, stride, padding, dilation: an
    integer or a pair (vertical, horizontal); padding also "same" or "valid". groups:
    in_channels makes it depthwise. rng: a generator or seed in place of the course's own.

    >>> layer = Conv2d(3, 8, 3, stride=2, padding=1, rng=0)
    >>> y = layer(np.ones((4, 3, 32, 32), dtype=np.float32))
    >>> y.shape, layer.backward(np.ones_like(y)).shape, layer.weight.grad.shape
    ((4, 8, 16, 16), (4, 3, 32, 32), (8, 3, 3, 3))
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        *,
        dtype=np.float32,
        rng=None,
    ):
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            dtype,
            rng,
        )

    def forward(self, x):
        bias = None if self.bias is None else self.bias.data
        y, backward = ops.conv2d(
            x, self.weight.data, bias, self.stride, self.padding, self.dilation, self.groups
        )
        return y, self.adding_to(backward, self.weight, self.bias)


class ConvTranspose2d(Convolution):
    """The transpose of Conv2d: an upsampling whose kernels are learned (Zeiler et al., 2010).

    x: (N, in_channels, H, W), y: (N, out_channels, H', W') with H' = (H − 1) stride − 2 padding +
    dilation (kernel_size − 1) + output_padding + 1. weight: (in_channels, out_channels / groups,
    kh, kw), bias: (out_channels,); both start uniform in ±1/√(out_channels / groups · kh · kw), as
    in PyTorch. With kernel_size = 2 padding + stride, y is stride times as large as x. A kernel
    that is no multiple of the stride covers some outputs more often than others: checkerboards
    (Odena, Dumoulin & Olah, 2016).

    Called with output_size, a pair or a whole shape, output_padding is what leads there: stride
    sizes have the same input size, and the shape before a convolution says which was meant.

    >>> layer = ConvTranspose2d(8, 3, 4, stride=2, padding=1, rng=0)
    >>> layer(np.ones((1, 8, 16, 16), dtype=np.float32)).shape
    (1, 3, 32, 32)
    """

    transposed = True

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        padding_mode="zeros",
        *,
        dtype=np.float32,
        rng=None,
    ):
        self.output_padding = pair("ConvTranspose2d", "output_padding", output_padding, least=0)
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            dtype,
            rng,
        )

    def forward(self, x, output_size=None):
        bias = None if self.bias is None else self.bias.data
        extra = self.output_padding
        if output_size is not None:
            extra = self.padding_to(output_size, np.shape(x))
        y, backward = ops.conv_transpose2d(
            x,
            self.weight.data,
            bias,
            self.stride,
            self.padding,
            extra,
            self.groups,
            self.dilation,
        )
        return y, self.adding_to(backward, self.weight, self.bias)

    def padding_to(self, output_size, shape):
        """The output_padding that leads from an input of that shape to output_size."""
        wished, extra = tuple(output_size)[-2:], []
        for a, (n, s) in enumerate(zip(shape[-2:], self.stride, strict=True)):
            extent = self.dilation[a] * (self.kernel_size[a] - 1) + 1
            smallest = (n - 1) * s - 2 * self.padding[a] + extent
            if len(wished) != 2 or not smallest <= wished[a] < smallest + s:
                raise ValueError(
                    f"ConvTranspose2d: from an input of {shape[-2:]} output_size may be "
                    f"{smallest} to {smallest + s - 1} along axis {a}, got {tuple(output_size)}"
                )
            extra.append(wished[a] - smallest)
        return tuple(extra)
