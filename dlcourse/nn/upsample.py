"""The upsampling layer; the mathematics is in `dlcourse.nn.ops.interpolate`."""

from dlcourse.nn import ops
from dlcourse.nn.module import Module
from dlcourse.nn.ops.interpolate import check_mode


class Upsample(Module):
    """Images resized to size, or by scale_factor, by copying or mixing the nearest inputs.

    x: (N, C, H, W), y: (N, C, H', W'). mode: "nearest" or "bilinear"; align_corners (bilinear
    alone): whether the corners of x and y are the same points. See `dlcourse.nn.ops.interpolate`.

    >>> import numpy as np
    >>> Upsample(scale_factor=2)(np.array([[[[1.0, 2.0]]]]))
    array([[[[1., 1., 2., 2.],
             [1., 1., 2., 2.]]]])
    """

    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None):
        super().__init__()
        check_mode(mode, align_corners)
        if (size is None) == (scale_factor is None):
            raise ValueError(
                f"Upsample: give either size or scale_factor, got {size!r} and {scale_factor!r}"
            )
        self.size = size
        self.scale_factor = scale_factor
        if isinstance(scale_factor, tuple | list):
            self.scale_factor = tuple(float(factor) for factor in scale_factor)
        elif scale_factor is not None:
            self.scale_factor = float(scale_factor)
        self.mode, self.align_corners = mode, align_corners

    def forward(self, x):
        return ops.interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners)

    def extra_repr(self):
        if self.scale_factor is not None:
            return f"scale_factor={self.scale_factor}, mode={self.mode!r}"
        return f"size={self.size}, mode={self.mode!r}"
