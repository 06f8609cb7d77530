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
from dlcourse.nn.ops.batch_norm import batch_norm
from dlcourse.nn.ops.conv import conv2d, conv_transpose2d
from dlcourse.nn.ops.cross_entropy import cross_entropy
from dlcourse.nn.ops.dropout import dropout
from dlcourse.nn.ops.embedding import embedding
from dlcourse.nn.ops.gru import gru
from dlcourse.nn.ops.interpolate import interpolate
from dlcourse.nn.ops.linear import linear
from dlcourse.nn.ops.losses import (
    binary_cross_entropy_with_logits,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)
from dlcourse.nn.ops.lstm import lstm
from dlcourse.nn.ops.norm import group_norm, instance_norm, layer_norm, weight_standardization
from dlcourse.nn.ops.penalties import elastic_net_penalty, l1_penalty, l2_penalty
from dlcourse.nn.ops.pool import adaptive_avg_pool2d, avg_pool2d, max_pool2d, max_unpool2d
from dlcourse.nn.ops.positional import fourier_features
from dlcourse.nn.ops.recurrent import rnn
from dlcourse.nn.ops.shape import flatten
from dlcourse.nn.ops.smooth_activations import gelu, silu, softplus

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
