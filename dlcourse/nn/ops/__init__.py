"""Operations: each returns its output and the function that carries a gradient back through it.

They are pure: nothing that they are given is changed, and what a backward needs is what it closes
over. `dlcourse.nn.naive` has the same operations as loops.
"""

from dlcourse.nn.ops.activations import (
    leaky_relu,
    log_softmax,
    prelu,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from dlcourse.nn.ops.attention import scaled_dot_product_attention
from dlcourse.nn.ops.conv import conv2d, conv_transpose2d
from dlcourse.nn.ops.gru import gru
from dlcourse.nn.ops.linear import linear
from dlcourse.nn.ops.losses import cross_entropy, mse_loss
from dlcourse.nn.ops.lstm import lstm
from dlcourse.nn.ops.recurrent import rnn

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
