"""The operations as loops over single numbers: the definition in a lecture, the tests' oracle.

Same names, arguments and results as in `dlcourse.nn.ops`. Slow on purpose: what each line does can
be followed with a pencil. They check nothing and expect arrays of floats.
"""

from dlcourse.nn.naive.activations import (
    leaky_relu,
    log_softmax,
    prelu,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from dlcourse.nn.naive.conv import conv2d, conv_transpose2d
from dlcourse.nn.naive.linear import linear
from dlcourse.nn.naive.losses import cross_entropy, mse_loss
from dlcourse.nn.naive.norm import (
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    weight_standardization,
)
from dlcourse.nn.naive.pool import adaptive_avg_pool2d, avg_pool2d, max_pool2d, max_unpool2d

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "batch_norm",
    "conv2d",
    "conv_transpose2d",
    "cross_entropy",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "max_pool2d",
    "max_unpool2d",
    "mse_loss",
    "prelu",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
    "weight_standardization",
]
