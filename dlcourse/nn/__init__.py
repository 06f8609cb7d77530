"""The reference library: NumPy alone, made to be read, with the names of `torch.nn`.

Operations (`ops`) return their output and the function that carries a gradient back; `naive` has
the same operations as loops. Modules keep parameters and call them in the right order.
"""

from dlcourse.nn import init, naive, ops
from dlcourse.nn.activations import LeakyReLU, LogSoftmax, PReLU, ReLU, Sigmoid, Softmax, Tanh
from dlcourse.nn.conv import Conv2d, ConvTranspose2d
from dlcourse.nn.fit import Evaluation, History, Progress, evaluate, fit
from dlcourse.nn.gradcheck import GradcheckError, GradcheckReport, gradcheck, numerical_gradient
from dlcourse.nn.linear import Linear
from dlcourse.nn.losses import CrossEntropyLoss, MSELoss
from dlcourse.nn.module import Module, Parameter
from dlcourse.nn.perceptron import Perceptron, PerceptronTrace
from dlcourse.nn.recurrent import GRU, LSTM, RNN
from dlcourse.nn.recurrent_cells import GRUCell, LSTMCell, RNNCell
from dlcourse.nn.sequential import Sequential

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropyLoss",
    "Evaluation",
    "GRUCell",
    "GradcheckError",
    "GradcheckReport",
    "History",
    "LSTMCell",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "Module",
    "PReLU",
    "Parameter",
    "Perceptron",
    "PerceptronTrace",
    "Progress",
    "RNNCell",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "evaluate",
    "fit",
    "gradcheck",
    "init",
    "naive",
    "numerical_gradient",
    "ops",
]
