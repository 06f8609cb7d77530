"""What every operation checks, so that its own lines can stay mathematics.

An operation is a function that returns its output and the function that carries a gradient back.
The decorator here looks at what goes in (floating arrays of one dtype) and at the gradient that
comes back (of the output's shape), and leaves the rest to the operation.
"""

import functools
import inspect

import numpy as np


def operation(*names):
    """Decorate an operation whose arguments called `names` are floating arrays.

    The wrapped function hands arrays on as they are (lists become arrays), refuses anything but
    floating dtypes, and refuses two dtypes at once: NumPy would convert the cheaper one without a
    word and every later operation would run at the price of the dearer. Its backward refuses a
    gradient of another shape than the output, which NumPy would broadcast. For a scalar output
    (a loss) the gradient may be left out and is 1. Where the output has several parts, `upstream`
    says how their gradients are given.
    """

    def decorate(function):
        accepted = list(inspect.signature(function).parameters)
        if not set(names) <= set(accepted):
            raise TypeError(f"{function.__name__} has the arguments {accepted}, not all of {names}")
        places = {name: accepted.index(name) for name in names}
        title = function.__name__

        @functools.wraps(function)
        def checked(*args, **options):
            args = list(args)
            dtype = None
            for name, place in places.items():
                if place < len(args):
                    args[place], dtype = _floating(title, name, args[place], dtype)
                elif name in options:
                    options[name], dtype = _floating(title, name, options[name], dtype)
            y, backward = function(*args, **options)

            @functools.wraps(backward)
            def checked_backward(dy=None, **how):
                return backward(upstream(title, y, dy), **how)

            return y, checked_backward

        return checked

    return decorate


def _floating(title, name, value, dtype):
    """Return value as an array, and the dtype that the arguments have in common so far."""
    if value is None:
        return None, dtype
    array = np.asarray(value)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{title}: {name} must be an array of floats, got dtype {array.dtype}: "
            f"convert it, as with {name}.astype(np.float32)"
        )
    if dtype is not None and array.dtype != dtype:
        raise TypeError(
            f"{title}: {name} is {array.dtype} where the arguments before it are {dtype}: "
            "bring them to one dtype (layer.double(), layer.float() or array.astype)"
        )
    return array, array.dtype


def upstream(title, y, dy):
    """Return dL/dy as an array of y's shape and dtype.

    Where y is a tuple of parts, such as (output, h_n), dy is a tuple of the same structure, in
    which None stands for a part that the loss does not depend on. An array alone is the gradient
    for the first part, the others having none. Parts that are integers, the places of a maximum,
    have no gradient: there dL/dy is an array, that for the first part.
    """
    if isinstance(y, tuple) and any(is_places(part) for part in y):
        y = y[0]
    if isinstance(y, tuple):
        return _of_parts(title, y, dy)
    if dy is None:
        if np.ndim(y) == 0:
            return y.dtype.type(1)
        raise ValueError(
            f"{title}: the output has shape {y.shape}, so backward needs dL/dy of that shape; "
            "only a scalar loss goes without"
        )
    dy = np.asarray(dy, dtype=y.dtype)
    if dy.shape != np.shape(y):
        raise ValueError(
            f"{title}: backward expects dL/dy of shape {np.shape(y)}, that of the output, "
            f"got {dy.shape}"
        )
    return dy


def is_places(part):
    """Tell whether a part of an output holds integers."""
    return isinstance(part, np.ndarray) and part.dtype.kind in "iu"


def _of_parts(title, y, dy):
    """Return a gradient, or None, for each part of an output that is a tuple."""
    if dy is None:
        raise ValueError(
            f"{title}: the output has {len(y)} parts, so backward needs a gradient: a tuple of "
            "that structure, with None for what the loss does not depend on, or an array for the "
            "first part"
        )
    parts = dy if isinstance(dy, tuple) else (dy, *[None] * (len(y) - 1))
    if len(parts) != len(y):
        raise ValueError(
            f"{title}: the output has {len(y)} parts, and dL/dy must have as many, got {len(parts)}"
        )
    surplus = [k for k, part in enumerate(y) if part is None and parts[k] is not None]
    if surplus:
        raise ValueError(f"{title}: part {surplus[0]} of the output is None and has no gradient")
    nothing = [tuple([None] * len(part)) if isinstance(part, tuple) else None for part in y]
    return tuple(
        nothing[place] if given is None else upstream(title, part, given)
        for place, (part, given) in enumerate(zip(y, parts, strict=True))
    )


def check_dim(title, x, dim):
    """Refuse an axis that x does not have, or one of length 0, over which nothing is defined."""
    if not -x.ndim <= dim < x.ndim:
        raise ValueError(f"{title}: dim {dim} is not an axis of an array of shape {x.shape}")
    if x.shape[dim] == 0:
        raise ValueError(f"{title}: axis {dim} of shape {x.shape} is empty")


def reduce_loss(title, losses, reduction, count):
    """Reduce an array of losses to their mean over count, their sum, or not at all.

    Returns the reduced loss and the factor by which each element's gradient is multiplied.
    """
    if reduction == "none":
        return losses, 1
    if reduction == "sum":
        return losses.sum(), 1
    if reduction != "mean":
        raise ValueError(f"{title}: reduction is 'mean', 'sum' or 'none', got {reduction!r}")
    if count == 0:
        raise ValueError(f"{title}: the mean over an empty batch is not defined")
    return losses.sum() / losses.dtype.type(count), 1 / count
