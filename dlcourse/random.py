"""One source of randomness for everything that is not handed a generator of its own."""

import numpy as np

_generator = np.random.default_rng()


def manual_seed(seed):
    """Seed the generator that every function uses when its `rng` is left out.

    seed: int, at least 0. Returns the generator.

    >>> manual_seed(0).integers(10, size=3)
    array([8, 6, 5])
    """
    global _generator
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool):
        raise TypeError(f"manual_seed expects an integer, got {type(seed).__name__}")
    if seed < 0:
        raise ValueError(f"manual_seed expects a seed of at least 0, got {seed}")
    _generator = np.random.default_rng(seed)
    return _generator


def default_rng(rng=None):
    """Return `rng` if it is a generator, a new generator if it is a seed, else the course's own.

    Raises TypeError for anything but None, an int or a `numpy.random.Generator`.
    """
    if rng is None:
        return _generator
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool):
        return np.random.default_rng(rng)
    raise TypeError(
        f"rng must be a numpy.random.Generator, an int or None, got {type(rng).__name__}"
    )
