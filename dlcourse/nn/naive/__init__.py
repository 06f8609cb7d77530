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
from dlcourse.nn.naive.attention import scaled_dot_product_attention
from dlcourse.nn.naive.conv import conv2d, conv_transpose2d
from dlcourse.nn.naive.linear import linear
from dlcourse.nn.naive.losses import cross_entropy, mse_loss
from dlcourse.nn.naive.recurrent import gru, lstm, rnn

__all__ = [
    "conv2d",
    "conv_transpose2d",
    "cross_entropy",
    "gru",
    "leaky_relu",
    "linear",
    "log_softmax",
    "lstm",
    "mse_loss",
    "prelu",
    "relu",
    "rnn",
    "scaled_dot_product_attention",
    "sigmoid",
    "softmax",
    "tanh",
]
