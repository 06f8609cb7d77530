"""What a test cell calls: compare a student's result with the right one and say what went wrong.

A failing check raises CheckFailed with one line that teaches: a shape, an axis, a factor, a sign,
a misconception that the test names in `mistakes`. Results reach a check as plain data (numbers,
arrays, tensors outside a graph, lists, tuples, dicts); anything else is named by its type and never
compared. Values are printed only with `show=True`, which a visible test sets and a hidden test does
not: a message must not give a hidden input away.
"""

import sys

import numpy as np

_NUMBERS = (bool, int, float, np.generic)


class CheckFailed(AssertionError):
    """A check on a student's result did not hold; the message is written for the student."""


def array(got, expected, what, *, mistakes=(), show=False, rtol=1e-5, atol=1e-7):
    """Check that `got` is a number or an array equal to `expected`, of the same shape.

    got: the student's result. expected: number or array. what: the call, as the message names it.
    mistakes: pairs (value, message): what a known misconception returns, and its explanation.
    show: print both values when they differ. rtol, atol: as in `numpy.allclose`.

    >>> array([0.25, 0.75], np.array([0.25, 0.75]), "softmax(scores)")
    >>> array([0.5, 1.5], np.array([0.25, 0.75]), "softmax(scores)")
    Traceback (most recent call last):
    ...
    dlcourse.grading.checks.CheckFailed: softmax(scores) is 2 times too large.
    """
    __tracebackhide__ = True
    got = _as_array(got, what)
    expected = np.asarray(expected, dtype=float)
    if got.shape != expected.shape:
        raise CheckFailed(_shape_message(got, expected, what, mistakes, rtol, atol))
    if np.allclose(got, expected, rtol=rtol, atol=atol):
        return
    values = f"\n  yours:    {_line(got)}\n  expected: {_line(expected)}" if show else ""
    for value, message in mistakes:
        if _same(got, value, rtol, atol):
            raise CheckFailed(f"{what}: {message}{values}")
    raise CheckFailed(f"{what} {_diagnosis(got, expected, rtol, atol)}{values}")


def numbers(got, shape, what):
    """Check that `got` holds finite numbers in this shape, and return them as a float array.

    shape: tuple; None stands for any length.

    >>> numbers([3, 1, 0], (None,), "the list of mistakes")
    array([3., 1., 0.])
    """
    __tracebackhide__ = True
    values = _as_array(got, what)
    fits = len(shape) == values.ndim and all(
        wanted in (None, size) for wanted, size in zip(shape, values.shape, strict=True)
    )
    if not fits:
        wanted = str(shape).replace("None", "any")
        raise CheckFailed(f"{what} has shape {values.shape} and must have shape {wanted}.")
    return values


def items(got, names, what):
    """Check that `got` is a tuple or list with one item for each name, and return it as a tuple.

    >>> items((1, 2), "loss, gradient", "f(x)")
    (1, 2)
    """
    __tracebackhide__ = True
    wanted = [name.strip() for name in names.split(",")]
    if got is None:
        raise CheckFailed(f"{what} returned None: end it in `return {names}`.")
    if not isinstance(got, tuple | list):
        raise CheckFailed(
            f"{what} returned {_article(got)}; it must return {names}, in this order."
        )
    if len(got) != len(wanted):
        raise CheckFailed(f"{what} returned {len(got)} values; it must return {names}.")
    return tuple(got)


def entries(got, names, what):
    """Check that `got` is a dict with exactly these keys, and return it."""
    __tracebackhide__ = True
    wanted = {name.strip() for name in names.split(",")}
    if not isinstance(got, dict):
        raise CheckFailed(f"{what} must be a dict, and is {_article(got)}.")
    if set(got) != wanted:
        missing, extra = sorted(wanted - set(got)), set(got) - wanted
        parts = [f"lacks {', '.join(missing)}"] if missing else []
        # Not by name: a key may hold what a hidden test has given to the student's code.
        parts += [f"has {len(extra)} key{'s' if len(extra) > 1 else ''} too many"] if extra else []
        raise CheckFailed(f"{what} {' and '.join(parts)}: its keys are {names}.")
    return got


def unchanged(array_now, before, what, name):
    """Check that the call `what` has left its argument `name` as it was."""
    __tracebackhide__ = True
    if not np.array_equal(array_now, before):
        raise CheckFailed(
            f"{what} has changed its argument {name} in place: work on a copy, or build a new "
            "array. (`a -= b` and `a[mask] = 0` write into the caller's array.)"
        )


def that(condition, message):
    """Check a plain truth value; `message` says what is wrong and where to look."""
    __tracebackhide__ = True
    if not isinstance(condition, bool | np.bool_):
        raise TypeError(f"checks.that expects a bool, got {type(condition).__name__}")
    if not condition:
        raise CheckFailed(message)


def _as_array(got, what):
    """The result as a float array, or CheckFailed that names what came instead."""
    __tracebackhide__ = True
    if got is None:
        raise CheckFailed(f"{what} returned None: does it end in `return`?")
    # In the trusted zone a tensor in a graph is a handle: it has the name, and not the type.
    if type(got).__name__ in ("Tensor", "Parameter"):
        if not _is_tensor(got) or got.requires_grad:
            raise CheckFailed(
                f"{what} is a tensor that hangs on a graph: work under torch.no_grad(), or take "
                ".item() of a number."
            )
        got = got.cpu().numpy()
    if not isinstance(got, (*_NUMBERS, list, tuple, np.ndarray)):
        raise CheckFailed(f"{what} must be a number or an array, and is {_article(got)}.")
    try:
        values = np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        raise CheckFailed(
            f"{what} must be one array of numbers; its parts do not fit into one."
        ) from None
    if not np.isfinite(values).all():
        kind = "NaN" if np.isnan(values).any() else "an infinity"
        raise CheckFailed(
            f"{what} contains {kind}: it is numerically unstable (exp of a large number "
            "overflows, log of 0 is minus infinity, 0/0 is NaN)."
        )
    return values


def _is_tensor(value):
    """Whether a value is a tensor; without importing PyTorch, which has made every one there is."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _shape_message(got, expected, what, mistakes, rtol, atol):
    for value, message in mistakes:
        if _same(got, value, rtol, atol):
            return f"{what}: {message}"
    shape = "a single number" if expected.ndim == 0 else f"an array of shape {expected.shape}"
    message = f"{what} has shape {got.shape} and must be {shape}."
    if got.ndim == 2 and got.shape == expected.shape[::-1]:
        message += " Is it transposed?"
    elif expected.ndim > got.ndim:
        message += " Did a sum or mean swallow an axis?"
    elif got.size == expected.size:
        message += " The number of entries fits: reshape it, or index with [i] and not [i:i+1]."
    return message


def _diagnosis(got, expected, rtol, atol):
    """Say in words how two arrays of one shape differ."""
    squares = float((expected * expected).sum())
    factor = float((got * expected).sum()) / squares if squares else 0.0
    if factor and np.allclose(got, factor * expected, rtol=rtol, atol=atol):
        if np.isclose(factor, -1.0, rtol=1e-4):
            return "has the wrong sign."
        sign = "has the wrong sign and is " if factor < 0 else "is "
        size = abs(factor)
        if size > 1:
            return f"{sign}{size:.4g} times too large."
        return f"{sign}{1 / size:.4g} times too small."
    square = got.ndim == 2 and got.shape[0] == got.shape[1]
    if square and np.allclose(got.T, expected, rtol=rtol, atol=atol):
        return "is transposed."
    if not got.any():
        return "is all zeros."
    difference = got - expected
    if got.ndim and np.ptp(difference) <= atol + rtol * np.abs(expected).max():
        return "is off by the same amount in every entry: is something added that should not be?"
    wrong = ~np.isclose(got, expected, rtol=rtol, atol=atol)
    if got.size == 1:
        return "has the wrong value."
    return f"is wrong in {int(wrong.sum())} of {got.size} entries."


def _same(got, value, rtol, atol):
    value = np.asarray(value, dtype=float)
    return got.shape == value.shape and np.allclose(got, value, rtol=rtol, atol=atol)


def _line(values):
    return np.array2string(np.round(values, 6), max_line_width=1000, threshold=20).replace("\n", "")


def _article(value):
    """A value's type in words. The name of a student's own class may hold what a test gave it."""
    kind = type(value)
    if kind.__module__ not in ("builtins", "numpy", "torch"):
        return "an object of a class of its own"
    name = kind.__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
