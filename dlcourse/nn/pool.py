"""Pooling layers; the mathematics is in `dlcourse.nn.ops.pool`."""

from dlcourse.nn import ops
from dlcourse.nn.module import Module
from dlcourse.nn.ops.windows import pair


class MaxPool2d(Module):
    """The largest of each window of kernel_size, stride apart (kernel_size where None).

    x: (N, C, H, W), y: (N, C, H', W') with
    H' = ⌊(H + 2 padding − dilation (kernel_size − 1) − 1) / stride⌋ + 1 (⌈ ⌉ with ceil_mode). With
    return_indices the call returns (y, indices), for MaxUnpool2d.

    >>> import numpy as np
    >>> MaxPool2d(2)(np.array([[[[1.0, 5.0], [9.0, 3.0]]]]))
    array([[[[9.]]]])
    """

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        dilation=1,
        return_indices=False,
        ceil_mode=False,
    ):
        super().__init__()
        pair("MaxPool2d", "kernel_size", kernel_size)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, x):
        return ops.max_pool2d(
            x,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )

    def extra_repr(self):
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class AvgPool2d(Module):
    """The mean of each window of kernel_size, stride apart (kernel_size where None).

    x: (N, C, H, W), y: (N, C, H', W') with H' as for MaxPool2d. Padding counts among the places
    that the sum is divided by, unless count_include_pad=False; divisor_override replaces their
    number.

    >>> import numpy as np
    >>> AvgPool2d(2)(np.array([[[[1.0, 5.0], [9.0, 3.0]]]]))
    array([[[[4.5]]]])
    """

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode=False,
        count_include_pad=True,
        divisor_override=None,
    ):
        super().__init__()
        pair("AvgPool2d", "kernel_size", kernel_size)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding, self.ceil_mode = padding, ceil_mode
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override

    def forward(self, x):
        return ops.avg_pool2d(
            x,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AdaptiveAvgPool2d(Module):
    """Mean pooling to output_size, an integer or a pair (H', W'); None keeps that axis.

    x: (N, C, H, W), y: (N, C, H', W'). AdaptiveAvgPool2d(1) is the mean of every map, which lets a
    network take images of any size.

    >>> import numpy as np
    >>> AdaptiveAvgPool2d(1)(np.ones((2, 3, 7, 9))).shape
    (2, 3, 1, 1)
    """

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, x):
        return ops.adaptive_avg_pool2d(x, self.output_size)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class MaxUnpool2d(Module):
    """The way back of MaxPool2d: values where the maxima stood, zeros elsewhere.

    Called with x: (N, C, H, W), the indices of MaxPool2d(return_indices=True) and, where the size
    before pooling was no multiple of the stride, output_size. backward returns dL/dx alone.

    >>> import numpy as np
    >>> y, indices = MaxPool2d(2, return_indices=True)(np.array([[[[1.0, 5.0], [9.0, 3.0]]]]))
    >>> MaxUnpool2d(2)(y, indices)
    array([[[[0., 0.],
             [9., 0.]]]])
    """

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = pair("MaxUnpool2d", "kernel_size", kernel_size)
        self.stride = self.kernel_size if stride is None else pair("MaxUnpool2d", "stride", stride)
        self.padding = pair("MaxUnpool2d", "padding", padding, least=0)

    def forward(self, x, indices, output_size=None):
        return ops.max_unpool2d(
            x, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
