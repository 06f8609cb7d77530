"""The one list of models: by name to the function that builds each, and what it expects."""

import dataclasses
import difflib
import inspect
from collections.abc import Callable

import torch
from torch import nn

_ENTRIES = {}


@dataclasses.dataclass(frozen=True)
class Entry:
    """What the registry knows of a model.

    input_size: the shape of one example at the model's usual size, batch left out: (3, 224, 224)
    for images, (steps,) for a row of tokens, (points, 2) for coordinates.
    smallest: the smallest shape on which it runs forward and backward.
    parameters, multiply_adds: of the model as its defaults build it, at `input_size`.
    vocabulary: where the input is tokens, the option that says how many there are, else None.
    source: authors and year. family: the module that defines it.

    >>> entry = find("lenet5")
    >>> entry.family, entry.source, entry.input_size
    ('lenet', 'LeCun, Bottou, Bengio and Haffner, 1998', (1, 28, 28))
    """

    name: str
    build: Callable[..., nn.Module]
    input_size: tuple
    smallest: tuple
    parameters: int
    multiply_adds: int
    source: str
    vocabulary: str | None = None

    @property
    def family(self):
        return self.build.__module__.rpartition(".")[2]

    @property
    def options(self):
        """The arguments of the constructor and their defaults."""
        arguments = inspect.signature(self.build).parameters.values()
        return {argument.name: argument.default for argument in arguments}


def register(
    *, input_size, parameters, multiply_adds, source, smallest=None, vocabulary=None, name=None
):
    """Enter a constructor in the registry under its own name; returned unchanged.

    Its arguments are options with defaults; `num_classes` and `in_channels` have these names where
    the model has them. See `Entry` for what is said about it. Raises ValueError for a name that is
    taken.

    >>> @register(input_size=(8,), parameters=9, multiply_adds=8, source="Rosenblatt, 1958")
    ... def lenet5(in_features=8):
    ...     return nn.Linear(in_features, 1)
    Traceback (most recent call last):
    ...
    ValueError: a model is called 'lenet5' already: choose another name
    """

    def enter(build):
        entry = Entry(
            name=name or build.__name__,
            build=build,
            input_size=tuple(input_size),
            smallest=tuple(smallest or input_size),
            parameters=parameters,
            multiply_adds=multiply_adds,
            source=source,
            vocabulary=vocabulary,
        )
        known = _ENTRIES.get(entry.name)
        # A module that is loaded again, as notebooks do after an edit, enters its models again.
        if known is not None and known.build.__module__ != build.__module__:
            raise ValueError(f"a model is called {entry.name!r} already: choose another name")
        _ENTRIES[entry.name] = entry
        return build

    return enter


def names(family=None):
    """The names that `create` knows, sorted; those of one family (its module's name) on demand.

    Outside the package it is called `models.list`. Raises ValueError for an unknown family.

    >>> names("lenet")
    ['lenet5']
    """
    families = {entry.family for entry in _ENTRIES.values()}
    if family is not None and family not in families:
        raise ValueError(
            f"no family is called {family!r}{_nearest(str(family), families)}; "
            f"there are {', '.join(sorted(families))}"
        )
    return sorted(n for n, entry in _ENTRIES.items() if family in (None, entry.family))


def find(name) -> Entry:
    """The registry's entry for `name`; ValueError with the nearest name for an unknown one.

    >>> find("lenet5").parameters
    61706
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a model is a string, got {type(name).__name__}")
    if name not in _ENTRIES:
        raise ValueError(
            f"no model is called {name!r}{_nearest(name.lower(), names())}; "
            "models.list() names all of them"
        )
    return _ENTRIES[name]


def create(name, **options) -> nn.Module:
    """Build the model called `name`, with fresh weights.

    options: the arguments of its constructor, as num_classes and in_channels.
    Raises ValueError for an unknown name or a count that is no positive integer, TypeError for an
    option that the model does not have.

    >>> model = create("lenet5", num_classes=4)
    >>> model(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 4])
    """
    entry = find(name)
    known = entry.options
    for option, value in options.items():
        if option not in known:
            raise TypeError(
                f"{name} has no option {option!r}{_nearest(option, known)}; "
                f"its options are {', '.join(known)}"
            )
        counts = option in ("num_classes", "in_channels")
        if counts and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise ValueError(f"{option} is a positive integer, got {value!r}")
    return entry.build(**options)


def example_input(name, batch=2, smallest=False, generator=None, **options):
    """A random batch of the shape and type that the model called `name` expects.

    options: those that the model was created with; in_channels and the vocabulary matter.

    >>> example_input("lenet5", batch=3).shape
    torch.Size([3, 1, 28, 28])
    """
    entry = find(name)
    shape = entry.smallest if smallest else entry.input_size
    if entry.vocabulary is not None:
        high = {**entry.options, **options}[entry.vocabulary]
        return torch.randint(high, (batch, *shape), generator=generator)
    if "in_channels" in options:
        shape = (options["in_channels"], *shape[1:])
    return torch.randn(batch, *shape, generator=generator)


def _nearest(word, words):
    close = difflib.get_close_matches(word, words, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
