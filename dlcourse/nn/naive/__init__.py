"""The operations as loops over single numbers: the definition in a lecture, the tests' oracle.

Same names, arguments and results as in `dlcourse.nn.ops`. Slow on purpose: what each line does can
be followed with a pencil. They check nothing and expect arrays of floats.
"""

from dlcourse.nn.naive.activations import (
    gelu,
    leaky_relu,
    log_softmax,
    prelu,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from dlcourse.nn.naive.attention import scaled_dot_product_attention
from dlcourse.nn.naive.conv import conv2d, conv_transpose2d
from dlcourse.nn.naive.dropout import dropout
from dlcourse.nn.naive.embedding import embedding
from dlcourse.nn.naive.interpolate import interpolate
from dlcourse.nn.naive.linear import linear
from dlcourse.nn.naive.losses import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)
from dlcourse.nn.naive.norm import (
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    weight_standardization,
)
from dlcourse.nn.naive.penalties import elastic_net_penalty, l1_penalty, l2_penalty
from dlcourse.nn.naive.pool import adaptive_avg_pool2d, avg_pool2d, max_pool2d, max_unpool2d
from dlcourse.nn.naive.positional import fourier_features
from dlcourse.nn.naive.recurrent import gru, lstm, rnn
from dlcourse.nn.naive.shape import flatten

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy_with_logits",
    "conv2d",
    "conv_transpose2d",
    "cross_entropy",
    "dropout",
    "elastic_net_penalty",
    "embedding",
    "flatten",
    "fourier_features",
    "gelu",
    "group_norm",
    "gru",
    "instance_norm",
    "interpolate",
    "l1_loss",
    "l1_penalty",
    "l2_penalty",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "lstm",
    "max_pool2d",
    "max_unpool2d",
    "mse_loss",
    "prelu",
    "relu",
    "rnn",
    "scaled_dot_product_attention",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "tanh",
    "weight_standardization",
]
