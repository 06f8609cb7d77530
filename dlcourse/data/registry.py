"""The one list of data sets: by name to the function that loads them."""

import dataclasses
import difflib
import inspect

from dlcourse.data import (
    cifar,
    cifar_jpeg,
    course_text,
    digits,
    idx_sets,
    photographs,
    quoted_text,
    retina,
    scenes,
    sentiment,
    sequences,
    toys,
)
from dlcourse.data.dataset import Entry

_FAMILIES = (
    digits,
    retina,
    toys,
    idx_sets,
    cifar,
    cifar_jpeg,
    photographs,
    scenes,
    sequences,
    quoted_text,
    sentiment,
    course_text,
)
_ENTRIES = {entry.name: entry for family in _FAMILIES for entry in family.ENTRIES}


def names():
    """The names that `load` knows, sorted.

    >>> "digits" in names()
    True
    """
    return sorted(_ENTRIES)


def find(name) -> Entry:
    """The registry's line for `name`; ValueError with the nearest name for an unknown one."""
    if not isinstance(name, str):
        raise TypeError(f"the name of a data set is a string, got {type(name).__name__}")
    if name not in _ENTRIES:
        raise ValueError(
            f"no data set is called {name!r}{_nearest(name.lower(), names())}; "
            f"there are {', '.join(names())}"
        )
    return _ENTRIES[name]


def load(name, **options):
    """Load the data set called `name`.

    options: depend on the set; `describe(name)` lists them.
    Returns a `DataSet`: x float32, labels int64 from 0 to K−1; a `SequenceSet` for sequences and
    text, a `Photograph` for a photograph.
    Raises ValueError for an unknown name, TypeError for an option that the set does not have.

    >>> load("moons", n=100, rng=0)
    DataSet 'moons': x (100, 2) float32, y (100,) int64, 2 classes
    """
    entry = find(name)
    known = list(inspect.signature(entry.load).parameters)
    for option in options:
        if option not in known:
            raise TypeError(
                f"the data set {name!r} has no option {option!r}{_nearest(option, known)}; "
                f"its options are {', '.join(known)}"
            )
    loaded = entry.load(**options)
    return dataclasses.replace(loaded, description=f"{loaded!r}\n\n{inspect.getdoc(entry.load)}")


def describe(name):
    """What the data set called `name` holds, its options with their defaults, and its source.

    >>> print(describe("xor").splitlines()[0])
    xor(n=200, noise=0.1, rng=None)
    """
    entry = find(name)
    return f"{name}{inspect.signature(entry.load)}\n\n{inspect.getdoc(entry.load)}"


def _nearest(word, words):
    close = difflib.get_close_matches(word, words, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
