"""How weights start, with the names and bounds of `torch.nn.init`.

Each function fills a Parameter or an array in place and returns it. `rng` is a generator or a
seed; left out, the generator that `dlcourse.manual_seed` sets.
"""

import math

import numpy as np

from dlcourse.random import default_rng

__all__ = [
    "calculate_fan_in_and_fan_out",
    "calculate_gain",
    "constant_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]


def array_of(tensor):
    """The array that a Parameter or an array stands for, refused where it cannot be filled."""
    data = getattr(tensor, "data", tensor) if not isinstance(tensor, np.ndarray) else tensor
    if not isinstance(data, np.ndarray) or data.dtype.kind != "f":
        raise TypeError(f"init expects a Parameter or an array of floats, got {tensor!r}")
    return data


def uniform_(tensor, a=0.0, b=1.0, *, rng=None):
    """Fill with numbers drawn uniformly from [a, b).

    >>> bool((uniform_(np.empty(100), -1, 1, rng=0) >= -1).all())
    True
    """
    if b < a:
        raise ValueError(f"uniform_ expects a ≤ b, got a = {a}, b = {b}")
    data = array_of(tensor)
    data[...] = default_rng(rng).uniform(a, b, data.shape)
    return tensor


def normal_(tensor, mean=0.0, std=1.0, *, rng=None):
    """Fill with numbers drawn from a normal distribution.

    >>> values = normal_(np.empty(10_000), mean=3.0, std=0.1, rng=0)
    >>> round(float(values.mean()), 1), round(float(values.std()), 1)
    (3.0, 0.1)
    """
    if std < 0:
        raise ValueError(f"normal_ expects std ≥ 0, got {std}")
    data = array_of(tensor)
    data[...] = default_rng(rng).normal(mean, std, data.shape)
    return tensor


def constant_(tensor, val):
    """Fill with one number.

    >>> constant_(np.empty(2), 7)
    array([7., 7.])
    """
    array_of(tensor)[...] = val
    return tensor


def zeros_(tensor):
    """Fill with 0.

    >>> zeros_(np.empty(2))
    array([0., 0.])
    """
    return constant_(tensor, 0.0)


def ones_(tensor):
    """Fill with 1.

    >>> ones_(np.empty(2))
    array([1., 1.])
    """
    return constant_(tensor, 1.0)


def calculate_fan_in_and_fan_out(tensor):
    """Return how many inputs feed one output of this weight and how many outputs one input feeds.

    tensor: (out, in) or, for a convolution, (out, in, k₁, ...). Raises ValueError below two axes.

    >>> calculate_fan_in_and_fan_out(np.empty((16, 6, 5, 5)))
    (150, 400)
    """
    shape = array_of(tensor).shape
    if len(shape) < 2:
        raise ValueError(f"fan-in and fan-out need a weight of at least two axes, got {shape}")
    receptive_field = math.prod(shape[2:])
    return shape[1] * receptive_field, shape[0] * receptive_field


def calculate_gain(nonlinearity, param=None):
    """Return the gain by which a nonlinearity's weights are scaled to keep the signal's size.

    1 for linear, conv and sigmoid, 5/3 for tanh, √2 for relu, √(2 / (1 + a²)) for leaky_relu with
    slope a (param, 0.01 where left out), 3/4 for selu.

    >>> round(calculate_gain("relu") ** 2, 6)
    2.0
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2.0 / (1 + slope**2))
    gains = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 0.75}
    gains |= {f"conv{d}d": 1.0 for d in (1, 2, 3)} | {f"conv_transpose{d}d": 1.0 for d in (1, 2, 3)}
    if nonlinearity not in gains:
        raise ValueError(
            f"no gain is known for {nonlinearity!r}; known: {', '.join(gains)}, leaky_relu"
        )
    return gains[nonlinearity]


def xavier_uniform_(tensor, gain=1.0, *, rng=None):
    """Uniform in ±gain √(6 / (fan_in + fan_out)) (Glorot & Bengio, 2010).

    >>> bound = (6 / (300 + 200)) ** 0.5
    >>> bool(abs(xavier_uniform_(np.empty((200, 300)), rng=0)).max() <= bound)
    True
    """
    bound = gain * math.sqrt(6.0 / sum(calculate_fan_in_and_fan_out(tensor)))
    return uniform_(tensor, -bound, bound, rng=rng)


def xavier_normal_(tensor, gain=1.0, *, rng=None):
    """Normal with std = gain √(2 / (fan_in + fan_out)) (Glorot & Bengio, 2010).

    >>> weight = xavier_normal_(np.empty((200, 300)), rng=0)
    >>> round(float(weight.std()), 3) == round((2 / (300 + 200)) ** 0.5, 3)
    True
    """
    std = gain * math.sqrt(2.0 / sum(calculate_fan_in_and_fan_out(tensor)))
    return normal_(tensor, 0.0, std, rng=rng)


def kaiming_std(tensor, a, mode, nonlinearity):
    """Return gain / √fan, the standard deviation that keeps the size of the signal."""
    fans = dict(zip(("fan_in", "fan_out"), calculate_fan_in_and_fan_out(tensor), strict=True))
    if mode not in fans:
        raise ValueError(f"mode is 'fan_in' or 'fan_out', got {mode!r}")
    return calculate_gain(nonlinearity, a) / math.sqrt(fans[mode])


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", *, rng=None):
    """Uniform in ±gain √(3 / fan) (He et al., 2015). a: the slope of leaky_relu below 0.

    >>> weight = kaiming_uniform_(np.empty((200, 300)), nonlinearity="relu", rng=0)
    >>> bool(abs(weight).max() <= (6 / 300) ** 0.5)
    True
    """
    bound = math.sqrt(3.0) * kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, rng=rng)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", *, rng=None):
    """Normal with std = gain / √fan (He et al., 2015). a: the slope of leaky_relu below 0.

    >>> weight = kaiming_normal_(np.empty((200, 300)), nonlinearity="relu", rng=0)
    >>> round(float(weight.std()), 3) == round((2 / 300) ** 0.5, 3)
    True
    """
    return normal_(tensor, 0.0, kaiming_std(tensor, a, mode, nonlinearity), rng=rng)
