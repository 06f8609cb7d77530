"""Checks of the options that the families share."""

import math
import numbers


def whole_number(name, value, at_least):
    """`value` as an int, or an error that names the option."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value}")
    return int(value)


def real_number(name, value, at_least=0.0, below=math.inf):
    """`value` as a float in [at_least, below), or an error that names the option."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not at_least <= value < below:
        bound = "" if below == math.inf else f" and below {below:g}"
        raise ValueError(f"{name} must be at least {at_least:g}{bound}, got {value}")
    return float(value)


def yes_or_no(name, value):
    """`value`, which must be True or False, or an error that names the option."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value


def one_of(name, value, choices):
    """`value`, which must be one of the choices, or an error that names them."""
    if value not in choices:
        raise ValueError(f"{name} must be {' or '.join(map(repr, choices))}, got {value!r}")
    return value
