"""Numerical gradients, and the check of a backward against them."""

from dataclasses import dataclass

import numpy as np

from dlcourse.nn.module import Module
from dlcourse.random import default_rng


class GradcheckError(ValueError):
    """A backward disagrees with the numerical gradient; the message says where and by how much.

    >>> try:
    ...     gradcheck(lambda x: (x**2, lambda dy: x * dy), np.array([3.0]))
    ... except GradcheckError as error:
    ...     print(str(error).splitlines()[1][:24])
    WRONG input 0 (1,): larg
    """


@dataclass
class InputCheck:
    """The comparison for one input: the worst place, both values there, the largest error.

    error is |analytic − numeric| / max(1, |analytic|, |numeric|).
    """

    name: str
    shape: tuple
    place: tuple
    analytic: float
    numeric: float
    error: float
    ok: bool

    def __str__(self):
        where = f"[{', '.join(map(str, self.place))}]" if self.place != ("direction",) else "·v"
        return (
            f"{'ok   ' if self.ok else 'WRONG'} {self.name} {self.shape}: largest error "
            f"{self.error:.1e} at {where}: analytic {self.analytic:.6g}, numeric {self.numeric:.6g}"
        )


@dataclass
class GradcheckReport:
    """The comparison for every input and parameter. True where all agree.

    >>> from dlcourse.nn import ops
    >>> report = gradcheck(ops.linear, np.eye(2), np.ones((3, 2)), np.ones(3))
    >>> bool(report), [check.name for check in report.checks]
    (True, ['input 0', 'input 1', 'input 2'])
    """

    checks: list

    def __bool__(self):
        return all(check.ok for check in self.checks)

    def __str__(self):
        return "\n".join(map(str, self.checks))

    __repr__ = __str__


def numerical_gradient(function, x, eps=1e-6):
    """∂f/∂xᵢ ≈ (f(x + εeᵢ) − f(x − εeᵢ)) / 2ε, an element at a time.

    function: maps an array like x to a number; x: array of floats, any shape, not changed.
    The error is O(ε²) by truncation and O(u/ε) by rounding, with u the precision of the dtype: in
    float64 about 1e-9 at ε = 1e-6; float32 has too few digits for it. Costs two calls an element.

    >>> numerical_gradient(lambda w: float(w @ w), np.array([10.0, 1.0])).round(6)
    array([20.,  2.])
    """
    x = np.array(x)
    if x.dtype.kind != "f":
        raise TypeError(f"numerical_gradient expects an array of floats, got dtype {x.dtype}")
    return _elementwise(x, lambda: function(x), eps)


def _elementwise(x, function, eps):
    """Central differences of a function that reads x, which is changed and put back."""
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + eps
        above = function()
        x[place] = kept - eps
        below = function()
        x[place] = kept
        gradient[place] = (above - below) / (2 * eps)
    return gradient


def gradcheck(function, *inputs, eps=1e-6, tol=1e-6, directions=None, rng=0, raise_exception=True):
    """Compare the backward of an operation or module with numerical gradients.

    function: an operation, `function(*inputs) -> (y, backward)`, or a Module; of a Module the
    parameters are checked too. inputs: float64 arrays; others (labels) are passed on unchecked. An
    input or output may be a tuple of arrays, such as the states of an LSTM.
    The output is made a number by a random dL/dy, so that every path counts.
    directions: None compares element by element, two evaluations each; an integer compares the
    slope along that many random directions v, f'(x)·v, two evaluations a direction whatever the
    size: a bug hides from one direction with probability 0.
    Returns a GradcheckReport, or raises GradcheckError with the report where the relative error
    exceeds tol (with raise_exception=False it is returned all the same). Near a kink (ReLU at 0)
    the two differ with no bug: choose inputs away from it.

    >>> from dlcourse.nn import ops
    >>> bool(gradcheck(ops.tanh, np.array([0.5, -2.0])))
    True
    """
    rng = default_rng(rng)
    arrays = _map(np.array, inputs)
    parameters = list(function.named_parameters()) if isinstance(function, Module) else []
    forward = function.forward if isinstance(function, Module) else function
    leaves = _leaves(arrays)
    names = [f"input {n}" for n, a in enumerate(leaves) if a.dtype.kind == "f"]
    checked = [a for a in leaves if a.dtype.kind == "f"]
    names += [name for name, _ in parameters]
    checked += [parameter.data for _, parameter in parameters]
    for name, array in zip(names, checked, strict=True):
        if array.dtype != np.float64:
            raise TypeError(
                f"gradcheck needs float64, {name} is {array.dtype}: use .double() or .astype(float)"
            )

    y, backward = forward(*arrays)
    upstream = _map(lambda part: rng.standard_normal(np.shape(part)), y)
    kept = [parameter.grad for _, parameter in parameters]
    for _, parameter in parameters:
        parameter.grad = None
    gradients = _leaves(backward(upstream))
    if len(gradients) == len(leaves):  # integers get a gradient of None, or none at all
        pairs = zip(gradients, leaves, strict=True)
        gradients = [gradient for gradient, leaf in pairs if leaf.dtype.kind == "f"]
    for (_, parameter), grad in zip(parameters, kept, strict=True):
        gradients.append(parameter.grad)
        parameter.grad = grad

    def objective():
        parts = zip(_leaves(forward(*arrays)[0]), _leaves(upstream), strict=True)
        return sum(float(np.sum(part * weights)) for part, weights in parts if part is not None)

    report = GradcheckReport(
        [
            _check_input(name, objective, array, gradient, eps, tol, directions, rng)
            for name, array, gradient in zip(names, checked, gradients, strict=True)
        ]
    )
    if raise_exception and not report:
        raise GradcheckError(f"backward disagrees with the numerical gradient\n{report}")
    return report


def _map(function, structure):
    """Apply a function to every array in tuples of tuples; None stays None."""
    if isinstance(structure, tuple):
        return tuple(_map(function, part) for part in structure)
    return None if structure is None else function(structure)


def _leaves(structure):
    """Return the arrays in tuples of tuples, in order."""
    if isinstance(structure, tuple):
        return [leaf for part in structure for leaf in _leaves(part)]
    return [structure]


def _check_input(name, objective, array, gradient, eps, tol, directions, rng):
    """Compare along every element, or along random directions, the array changed in place."""
    if gradient is None or np.shape(gradient) != array.shape:
        raise GradcheckError(
            f"{name} has shape {array.shape} and its gradient "
            f"{'is missing' if gradient is None else f'has shape {np.shape(gradient)}'}"
        )
    if directions is None:
        numeric = _elementwise(array, objective, eps)
        pairs = [
            (place, float(gradient[place]), float(numeric[place]))
            for place in np.ndindex(array.shape)
        ]
    else:
        pairs = []
        for _ in range(directions):
            v = rng.standard_normal(array.shape)
            v /= np.linalg.norm(v) or 1.0
            slope = _slope(array, objective, v, eps)
            pairs.append((("direction",), float(np.sum(gradient * v)), slope))
    worst = max(pairs, key=lambda pair: _error(pair[1], pair[2]), default=((), 0.0, 0.0))
    error = _error(worst[1], worst[2])
    return InputCheck(name, array.shape, *worst, error, bool(error <= tol))


def _error(analytic, numeric):
    error = abs(analytic - numeric) / max(1.0, abs(analytic), abs(numeric))
    return error if np.isfinite(error) else float("inf")


def _slope(array, objective, v, eps):
    """The central difference along v of a function that reads the array."""
    kept = array.copy()
    array[...] = kept + eps * v
    above = objective()
    array[...] = kept - eps * v
    below = objective()
    array[...] = kept
    return (above - below) / (2 * eps)
