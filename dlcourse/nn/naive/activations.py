"""Nonlinearities, one number at a time."""

import math

import numpy as np


def elementwise(x, function, derivative):
    """Apply a function of one number to every element; backward multiplies by its derivative."""
    y = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        y[place] = function(float(x[place]))

    def backward(dy):
        dx = np.zeros_like(x)
        for place in np.ndindex(x.shape):
            dx[place] = derivative(float(x[place])) * dy[place]
        return dx

    return y, backward


def sigmoid(x):
    """σ(x) = 1 / (1 + e⁻ˣ)."""

    def value(t):
        return 1 / (1 + math.exp(-t)) if t >= 0 else math.exp(t) / (1 + math.exp(t))

    return elementwise(x, value, lambda t: value(t) * (1 - value(t)))


def tanh(x):
    """tanh(x), with the derivative 1 − tanh²(x)."""
    return elementwise(x, math.tanh, lambda t: 1 - math.tanh(t) ** 2)


def relu(x):
    """max(0, x)."""
    return elementwise(x, lambda t: max(0.0, t), lambda t: 1.0 if t > 0 else 0.0)


def leaky_relu(x, negative_slope=0.01):
    """x where x > 0, else negative_slope · x."""
    return elementwise(
        x,
        lambda t: t if t > 0 else negative_slope * t,
        lambda t: 1.0 if t > 0 else negative_slope,
    )


def prelu(x, weight):
    """x where x > 0, else a · x, with a slope a for all or one a channel (axis 1)."""
    y = np.zeros_like(x)

    def channel(place):
        return 0 if weight.size == 1 else place[min(1, x.ndim - 1)]

    for place in np.ndindex(x.shape):
        y[place] = x[place] if x[place] > 0 else weight[channel(place)] * x[place]

    def backward(dy):
        dx, dweight = np.zeros_like(x), np.zeros_like(weight)
        for place in np.ndindex(x.shape):
            if x[place] > 0:
                dx[place] = dy[place]
            else:
                dx[place] = weight[channel(place)] * dy[place]
                dweight[channel(place)] += x[place] * dy[place]
        return dx, dweight

    return y, backward


def along(x, dim):
    """Yield an index for every line of x along the axis dim."""
    dim %= x.ndim
    for before in np.ndindex(x.shape[:dim]):
        for after in np.ndindex(x.shape[dim + 1 :]):
            yield (*before, slice(None), *after)


def softmax(x, dim=-1):
    """pⱼ = eˣʲ / Σₖ eˣᵏ, a line at a time; backward by the full matrix ∂pⱼ/∂xₖ = pⱼ(δⱼₖ − pₖ)."""
    y = np.zeros_like(x)
    for line in along(x, dim):
        largest = max(x[line])
        exponentials = [math.exp(score - largest) for score in x[line]]
        y[line] = [e / sum(exponentials) for e in exponentials]

    def backward(dy):
        dx = np.zeros_like(x)
        for line in along(x, dim):
            p = y[line]
            jacobian = np.zeros((p.size, p.size), dtype=x.dtype)
            for j in range(p.size):
                for k in range(p.size):
                    jacobian[j, k] = p[j] * ((j == k) - p[k])
            dx[line] = [sum(dy[line] * jacobian[:, k]) for k in range(p.size)]
        return dx

    return y, backward


def log_softmax(x, dim=-1):
    """log of softmax; ∂yⱼ/∂xₖ = δⱼₖ − pₖ."""
    y = np.zeros_like(x)
    for line in along(x, dim):
        largest = max(x[line])
        total = sum(math.exp(score - largest) for score in x[line])
        y[line] = [score - largest - math.log(total) for score in x[line]]

    def backward(dy):
        dx = np.zeros_like(x)
        for line in along(x, dim):
            p = [math.exp(value) for value in y[line]]
            for k in range(len(p)):
                dx[line][k] = sum(dy[line][j] * ((j == k) - p[k]) for j in range(len(p)))
        return dx

    return y, backward


def gelu(x, approximate="none"):
    """x Φ(x), or Φ replaced by a tanh; the derivative by the product rule."""

    def exact(t):
        return 0.5 * (1 + math.erf(t / math.sqrt(2)))

    def inner(t):
        return math.sqrt(2 / math.pi) * (t + 0.044715 * t**3)

    def slope(t):
        density = math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
        return exact(t) + t * density

    def slope_by_tanh(t):
        outer = 1 - math.tanh(inner(t)) ** 2
        dinner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * t**2)
        return 0.5 * (1 + math.tanh(inner(t))) + 0.5 * t * outer * dinner

    if approximate == "tanh":
        return elementwise(x, lambda t: 0.5 * t * (1 + math.tanh(inner(t))), slope_by_tanh)
    return elementwise(x, lambda t: t * exact(t), slope)


def silu(x):
    """x σ(x)."""

    def sigma(t):
        return 1 / (1 + math.exp(-t))

    return elementwise(
        x, lambda t: t * sigma(t), lambda t: sigma(t) + t * sigma(t) * (1 - sigma(t))
    )


def softplus(x, beta=1.0, threshold=20.0):
    """log(1 + e^(βx)) / β, and x where βx > threshold."""
    return elementwise(
        x,
        lambda t: t if beta * t > threshold else math.log(1 + math.exp(beta * t)) / beta,
        lambda t: 1.0 if beta * t > threshold else 1 / (1 + math.exp(-beta * t)),
    )
