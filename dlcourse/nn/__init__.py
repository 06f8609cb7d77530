"""The reference library: NumPy alone, made to be read, with the names of `torch.nn`.

Operations (`ops`) return their output and the function that carries a gradient back; `naive` has
the same operations as loops. Modules keep parameters and call them in the right order.
"""

from dlcourse.nn import classical, init, naive, networks, ops, signal
from dlcourse.nn.activations import (
    GELU,
    LeakyReLU,
    LogSoftmax,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from dlcourse.nn.attention import MultiheadAttention
from dlcourse.nn.batch_norm import BatchNorm1d, BatchNorm2d, InstanceNorm2d
from dlcourse.nn.conv import Conv2d, ConvTranspose2d
from dlcourse.nn.dropout import Dropout
from dlcourse.nn.embedding import Embedding
from dlcourse.nn.fit import Evaluation, History, Progress, evaluate, fit
from dlcourse.nn.flatten import Flatten
from dlcourse.nn.gradcheck import GradcheckError, GradcheckReport, gradcheck, numerical_gradient
from dlcourse.nn.linear import Linear
from dlcourse.nn.losses import BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, SmoothL1Loss
from dlcourse.nn.module import Module, Parameter
from dlcourse.nn.norm import GroupNorm, LayerNorm
from dlcourse.nn.perceptron import Perceptron, PerceptronTrace
from dlcourse.nn.pool import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d, MaxUnpool2d
from dlcourse.nn.positional import FourierFeatures, SinusoidalPositionalEncoding
from dlcourse.nn.recurrent import GRU, LSTM, RNN
from dlcourse.nn.recurrent_cells import GRUCell, LSTMCell, RNNCell
from dlcourse.nn.residual import Residual
from dlcourse.nn.sequential import Sequential
from dlcourse.nn.transformer import TransformerEncoderLayer
from dlcourse.nn.upsample import Upsample
from dlcourse.nn.weight_standardization import ScaledStdConv2d, StdConv2d

__all__ = [
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "AdaptiveAvgPool2d",
    "AvgPool2d",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "Evaluation",
    "Flatten",
    "FourierFeatures",
    "GRUCell",
    "GradcheckError",
    "GradcheckReport",
    "GroupNorm",
    "History",
    "InstanceNorm2d",
    "L1Loss",
    "LSTMCell",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "MaxPool2d",
    "MaxUnpool2d",
    "Module",
    "MultiheadAttention",
    "PReLU",
    "Parameter",
    "Perceptron",
    "PerceptronTrace",
    "Progress",
    "RNNCell",
    "ReLU",
    "Residual",
    "ScaledStdConv2d",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SinusoidalPositionalEncoding",
    "SmoothL1Loss",
    "Softmax",
    "Softplus",
    "StdConv2d",
    "Tanh",
    "TransformerEncoderLayer",
    "Upsample",
    "classical",
    "evaluate",
    "fit",
    "gradcheck",
    "init",
    "naive",
    "networks",
    "numerical_gradient",
    "ops",
    "signal",
]
