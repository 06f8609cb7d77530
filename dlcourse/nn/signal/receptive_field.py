"""What an output of a stack of convolutions and poolings sees of the input."""

from dataclasses import dataclass

import numpy as np

from dlcourse.nn.activations import GELU, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh
from dlcourse.nn.batch_norm import BatchNorm2d
from dlcourse.nn.conv import Conv2d
from dlcourse.nn.dropout import Dropout
from dlcourse.nn.module import Module
from dlcourse.nn.pool import AvgPool2d, MaxPool2d
from dlcourse.nn.residual import Residual
from dlcourse.nn.sequential import Sequential
from dlcourse.nn.signal.output_size import check_axes, frame, plain, window

ACTIVATIONS = (GELU, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh)


@dataclass(frozen=True)
class ReceptiveField:
    """Which inputs an output sees: output o sees `size` inputs from start + o · stride on.

    size: how many, the gaps of dilated kernels included; stride (or jump): how far the fields of
    neighbouring outputs are apart; start: the first input of output 0, negative where that lies in
    the padding. Integers, or a tuple with one for each axis.

    >>> field = ReceptiveField(size=5, stride=2, start=-1)
    >>> [field.start + 3 * field.stride + i for i in range(field.size)]  # what output 3 sees
    [5, 6, 7, 8, 9]
    """

    size: int | tuple
    stride: int | tuple
    start: int | tuple


def receptive_field(layers):
    """The receptive field of a stack of convolutions and poolings.

    layers, from the input on: a list of (kernel_size k, stride s, padding p, dilation d), of which
    the last may be left out (1, 0, 1), each an integer or a tuple with one for each axis; or a
    Sequential; or a list of modules. From size = stride = 1 and start = 0, each layer does

        start ← start − p · stride,   size ← size + d (k − 1) · stride,   stride ← s · stride

    (Araujo, Norris & Sim, 2019). Returns a ReceptiveField. It is a bound: gaps of dilated kernels
    lie in it, and at the edges padding does. Of a Residual it is the hull of both paths. Batch
    norm counts as it works after training, a pixel at a time.
    Raises TypeError for a module whose outputs see no window that moves with them (Linear,
    Flatten, global pooling, an upsampling): measure the part of the network before it. Raises
    ValueError for numbers out of range.

    >>> receptive_field([(3, 2, 1), (1, 1, 0), (3, 2, 1)])
    ReceptiveField(size=7, stride=4, start=-3)
    >>> from dlcourse import nn
    >>> receptive_field(nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)))
    ReceptiveField(size=(6, 6), stride=(2, 2), start=(0, 0))
    """
    zero = np.zeros((), dtype=np.int64)
    first, last, stride = reach(layers, zero, zero, zero + 1)
    first, last, stride = np.broadcast_arrays(first, last, stride)
    return ReceptiveField(plain(last - first + 1), plain(stride), plain(first))


def reach(layer, first, last, stride):
    """The first and the last input that output 0 sees, and the stride, after one more layer."""
    if isinstance(layer, Sequential | list):
        for part in layer:
            first, last, stride = reach(part, first, last, stride)
        return first, last, stride
    if isinstance(layer, Residual):
        return hull(layer, first, last, stride)
    if isinstance(layer, (*ACTIVATIONS, BatchNorm2d, Dropout)):
        return first, last, stride
    kernel, step, before, dilation = numbers(layer)
    check_axes("receptive_field", last, stride, kernel, step, before, dilation)
    first = first - before * stride
    # From the first input of output 0, through the earlier layers, to the last of its last tap.
    last = last + (dilation * (kernel - 1) - before) * stride
    return first, last, stride * step


def hull(block, first, last, stride):
    """What both paths of a Residual see together."""
    body = reach(block.body, first, last, stride)
    shortcut = (first, last, stride)
    if block.shortcut is not None:
        shortcut = reach(block.shortcut, first, last, stride)
    if np.not_equal(body[2], shortcut[2]).any():
        raise ValueError(
            f"receptive_field: the paths of a Residual have strides {plain(body[2])} and "
            f"{plain(np.asarray(shortcut[2]))}: they must be equal, as their outputs are added"
        )
    return np.minimum(body[0], shortcut[0]), np.maximum(body[1], shortcut[1]), body[2]


def numbers(layer):
    """Kernel size, stride, padding before and dilation of a layer or of a tuple of them."""
    title = "receptive_field"
    if isinstance(layer, Conv2d | MaxPool2d | AvgPool2d):
        given = (layer.kernel_size, layer.stride, layer.padding, getattr(layer, "dilation", 1))
    elif isinstance(layer, tuple) and 1 <= len(layer) <= 4:
        given = (*layer, *(1, 0, 1)[len(layer) - 1 :])
    else:
        came = type(layer).__name__ if isinstance(layer, Module) else repr(layer)
        raise TypeError(
            f"{title}: expected (kernel_size, stride, padding, dilation), or a module whose "
            f"outputs see a window that moves with them, got {came}: take the layers before it"
        )
    kernel_size, stride, padding, dilation = given
    kernel, step, dilation = window(title, kernel_size, stride, dilation)
    before, _ = frame(title, padding, dilation * (kernel - 1) + 1, step)
    return kernel, step, before, dilation
