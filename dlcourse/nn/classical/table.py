"""Tables of examples: what every method here takes."""

import numpy as np


def table(title, x, features=None, least=0):
    """Return x as floats of shape (N, features), N ≥ least; refuse others, NaN and infinity.

    Integers and booleans become float64.
    """
    x = np.asarray(x)
    if x.dtype.kind in "biu":
        x = x.astype(np.float64)
    if x.dtype.kind != "f":
        raise TypeError(f"{title}: x must hold real numbers, got dtype {x.dtype}")
    if x.ndim != 2 or x.shape[1] == 0 or features not in (None, x.shape[1]):
        expected = f"(N, {'features' if features is None else features})"
        hint = ": flatten each example with x.reshape(len(x), -1)" if x.ndim > 2 else ""
        raise ValueError(f"{title}: x must have shape {expected}, got {x.shape}{hint}")
    if len(x) < least:
        raise ValueError(f"{title}: at least {least} examples are needed, got {len(x)}")
    if not np.isfinite(x).all():
        raise ValueError(f"{title}: x holds NaN or infinity: leave such examples out or fill them")
    return x


def whole(title, name, value, most=None):
    """Refuse anything but an integer from 1 to `most`; returns it."""
    fits = isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= 1
    if not fits or (most is not None and value > most):
        limit = "of at least 1" if most is None else f"from 1 to {most}"
        raise ValueError(f"{title}: {name} must be an integer {limit}, got {value!r}")
    return int(value)
