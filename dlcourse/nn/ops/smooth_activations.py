"""Smooth relatives of ReLU, each beside its derivative, and the error function for one."""

import functools
import math

import numpy as np

from dlcourse.nn.ops.operation import operation


@operation("x")
def gelu(x, approximate="none"):
    """x Φ(x), with Φ(x) = (1 + erf(x / √2)) / 2 (Hendrycks & Gimpel, 2016).

    Φ is the normal distribution function, φ its density; the derivative is Φ(x) + x φ(x). x: any
    shape. Returns y of that shape and backward. approximate="tanh" replaces Φ(x) by
    (1 + tanh(√(2 / π) (x + 0.044715 x³))) / 2, which differs by less than 5e-4. NumPy has no erf:
    see `erf` for its error. Raises ValueError for another approximation.

    >>> gelu([-1.0, 0.0, 2.0])[0].round(4)
    array([-0.1587,  0.    ,  1.9545])
    >>> gelu([-1.0, 0.0, 2.0], approximate="tanh")[0].round(4)
    array([-0.1588,  0.    ,  1.9546])
    """
    if approximate == "tanh":
        return gelu_by_tanh(x)
    if approximate != "none":
        raise ValueError(f"gelu: approximate is 'none' or 'tanh', got {approximate!r}")
    distribution = 0.5 * (1 + erf(x * 2**-0.5))

    def backward(dy):
        density = np.exp(-0.5 * x * x) * (2 * math.pi) ** -0.5
        return dy * (distribution + x * density)

    return x * distribution, backward


def gelu_by_tanh(x):
    """GELU with tanh in place of erf, and its own derivative."""
    c = math.sqrt(2 / math.pi)
    t = np.tanh(c * (x + 0.044715 * x**3))

    def backward(dy):
        inner = c * (1 + 3 * 0.044715 * x**2)
        return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner)

    return 0.5 * x * (1 + t), backward


@operation("x")
def silu(x):
    """x σ(x), also called Swish (Ramachandran et al., 2017). Its derivative: σ (1 + x (1 − σ)).

    x: any shape. Returns y of that shape and backward.

    >>> silu([-1.0, 0.0, 2.0])[0].round(4)
    array([-0.2689,  0.    ,  1.7616])
    """
    e = np.exp(-np.abs(x))  # e to a negative power alone: nothing overflows
    sigma = np.where(x >= 0, 1, e) / (1 + e)

    def backward(dy):
        return dy * (sigma * (1 + x * (1 - sigma)))

    return x * sigma, backward


@operation("x")
def softplus(x, beta=1.0, threshold=20.0):
    """log(1 + e^(βx)) / β, a smooth ReLU (Dugas et al., 2001). The derivative is σ(βx).

    x: any shape. Returns y of that shape and backward. Where βx > threshold y is x, as in PyTorch:
    the difference is below e⁻²⁰ / β. Raises ValueError unless β > 0.

    >>> softplus([-1.0, 0.0, 30.0])[0].round(4)
    array([ 0.3133,  0.6931, 30.    ])
    """
    if not beta > 0:
        raise ValueError(f"softplus: beta must be greater than 0, got {beta}")
    beta = float(beta)
    scaled = x * beta
    e = np.exp(-np.abs(scaled))
    y = np.where(scaled > threshold, x, (np.maximum(scaled, 0) + np.log1p(e)) * (1 / beta))

    def backward(dy):
        sigma = np.where(scaled >= 0, 1, e) / (1 + e)
        return dy * np.where(scaled > threshold, 1, sigma)

    return y.astype(x.dtype, copy=False), backward


# The error function

STEP = 1 / 64
END = 6.0  # 1 − erf(6) = 2e-17


def erf(x):
    """erf(x) = 2 / √π ∫₀ˣ e^(−t²) dt, elementwise, from a table and a Taylor series.

    x: an array of floats. Returns an array of its shape and dtype, with an absolute error of at
    most 5e-16 in float64 and 1e-7 in float32, about two units in the last place of 1. The nearest
    of 385 values of `math.erf` is at most 1/128 away, so that few terms suffice.

    >>> erf(np.array([0.0, 1.0, -2.0])).round(7)
    array([ 0.       ,  0.8427008, -0.9953223])
    """
    size = np.fmin(np.abs(x), END)
    nearest = np.rint(size * (1 / STEP))
    place = nearest.astype(np.intp)
    distance = size - nearest * STEP
    first, *others = reversed(taylor(x.dtype))
    y = first[place]
    for coefficients in others:
        y *= distance
        y += coefficients[place]
    return y * np.sign(x)


@functools.cache
def taylor(dtype):
    """The series of erf about 0, STEP, … END: an array for each power of the distance.

    With φ(a) = 2 / √π e^(−a²) the n-th derivative is φ(a) (−1)ⁿ⁻¹ Hₙ₋₁(a), and the Hermite
    polynomials follow from H₀ = 1, H₁ = 2a, Hₙ₊₁ = 2a Hₙ − 2n Hₙ₋₁.
    """
    terms = 8 if dtype.itemsize > 4 else 4
    a = np.arange(round(END / STEP) + 1) * STEP
    slope = 2 / math.sqrt(math.pi) * np.exp(-a * a)
    series = [np.array([math.erf(value) for value in a])]
    before, hermite = np.zeros_like(a), np.ones_like(a)
    for n in range(1, terms + 1):
        series.append(slope * hermite * ((-1) ** (n - 1) / math.factorial(n)))
        before, hermite = hermite, 2 * a * hermite - 2 * (n - 1) * before
    return tuple(coefficients.astype(dtype) for coefficients in series)
