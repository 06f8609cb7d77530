"""Nonlinearities as layers.

The mathematics is in `dlcourse.nn.ops.activations` and `dlcourse.nn.ops.smooth_activations`.
"""

import numpy as np

from dlcourse.nn import ops
from dlcourse.nn.module import Module, Parameter


class Sigmoid(Module):
    """σ(x) = 1 / (1 + e⁻ˣ), elementwise.

    >>> Sigmoid()(np.array([0.0, np.log(3.0)]))
    array([0.5 , 0.75])
    """

    def forward(self, x):
        return ops.sigmoid(x)


class Tanh(Module):
    """tanh(x), elementwise.

    >>> layer = Tanh()
    >>> layer(np.array([0.0])), layer.backward(np.array([2.0]))
    (array([0.]), array([2.]))
    """

    def forward(self, x):
        return ops.tanh(x)


class ReLU(Module):
    """max(0, x), elementwise.

    >>> layer = ReLU()
    >>> layer(np.array([-1.0, 2.0])), layer.backward(np.array([5.0, 5.0]))
    (array([0., 2.]), array([0., 5.]))
    """

    def forward(self, x):
        return ops.relu(x)


class LeakyReLU(Module):
    """x where x > 0, else negative_slope · x, elementwise.

    >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
    array([-0.1,  2. ])
    """

    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return ops.leaky_relu(x, self.negative_slope)

    def extra_repr(self):
        return f"negative_slope={self.negative_slope}"


class PReLU(Module):
    """x where x > 0, else a · x, with one slope a, or one for each of num_parameters channels.

    weight: (num_parameters,), starts at init.

    >>> layer = PReLU(init=0.5)
    >>> layer(np.array([[-2.0, 2.0]], dtype=np.float32)).tolist()
    [[-1.0, 2.0]]
    >>> layer.backward(np.ones((1, 2), dtype=np.float32)).tolist(), layer.weight.grad.tolist()
    ([[0.5, 1.0]], [-2.0])
    """

    def __init__(self, num_parameters=1, init=0.25, *, dtype=np.float32):
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(np.full(num_parameters, init, dtype=dtype))

    def forward(self, x):
        y, backward = ops.prelu(x, self.weight.data)
        return y, self.adding_to(backward, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


class GELU(Module):
    """x Φ(x), elementwise, with the normal distribution function Φ (Hendrycks & Gimpel, 2016).

    x: any shape, y: of x's shape. approximate: "none", or "tanh" for the formula of the first
    transformers, off by at most 5e-4. Raises ValueError for another approximation.

    >>> GELU()(np.array([-1.0, 0.0, 2.0])).round(4)
    array([-0.1587,  0.    ,  1.9545])
    """

    def __init__(self, approximate="none"):
        super().__init__()
        if approximate not in ("none", "tanh"):
            raise ValueError(f"GELU: approximate is 'none' or 'tanh', got {approximate!r}")
        self.approximate = approximate

    def forward(self, x):
        return ops.gelu(x, self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class SiLU(Module):
    """x σ(x), elementwise, also called Swish (Ramachandran et al., 2017).

    x: any shape, y: of x's shape.

    >>> SiLU()(np.array([-1.0, 0.0, 2.0])).round(4)
    array([-0.2689,  0.    ,  1.7616])
    """

    def forward(self, x):
        return ops.silu(x)


class Softplus(Module):
    """log(1 + e^(βx)) / β, elementwise, and x itself where βx > threshold (Dugas et al., 2001).

    x: any shape, y: of x's shape.

    >>> Softplus()(np.array([-1.0, 0.0, 30.0])).round(4)
    array([ 0.3133,  0.6931, 30.    ])
    """

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, x):
        return ops.softplus(x, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"


class Softmax(Module):
    """eˣʲ / Σₖ eˣᵏ along the axis dim.

    PyTorch guesses the axis where none is given and warns; here it is the last.

    >>> Softmax(dim=1)(np.log([[1.0, 3.0]]))
    array([[0.25, 0.75]])
    """

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return ops.softmax(x, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """log of softmax along the axis dim.

    >>> np.exp(LogSoftmax(dim=1)(np.log([[1.0, 3.0]])))
    array([[0.25, 0.75]])
    """

    def forward(self, x):
        return ops.log_softmax(x, self.dim)
