"""A student's object that is no plain data, as a test cell sees it.

It can be called, and asked for an attribute, an item, its items one by one and its length. Every
operator, comparison and truth value raises: an object that answers `- expected` with 0 would pass
for the right one, and would be told what is expected.
"""

import functools

_SEEN = ("__name__", "__qualname__", "__module__")


class Handle:
    """Stands for an object in the student's zone. zone: what asks it. number: which object."""

    __slots__ = ("__weakref__", "_count", "_number", "_zone")

    def __init__(self, zone, number):
        put = object.__setattr__
        put(self, "_zone", zone)
        put(self, "_number", number)
        put(self, "_count", 0)

    @property
    def _kind(self):
        return type(self).__name__

    def __getattr__(self, name):
        __tracebackhide__ = True
        if name in Handle.__slots__ or (name.startswith("__") and name not in _SEEN):
            raise AttributeError(f"{_article(self._kind)} of the student's is not asked for {name}")
        return self._zone.ask("attribute", self, name=name)

    def __getitem__(self, key):
        __tracebackhide__ = True
        return self._zone.ask("item", self, key=key)

    def __iter__(self):
        __tracebackhide__ = True
        return self._zone.iterate(self)

    def __len__(self):
        __tracebackhide__ = True
        length = self._zone.ask("len", self)
        if type(length) is not int:
            raise TypeError(f"the length of {_article(self._kind)} of the student's is no integer")
        return length

    def __repr__(self):
        return f"<{_article(self._kind)} of the student's>"

    def __del__(self):
        self._zone.dropped(self._number, self._count)

    def __array_function__(self, *args, **options):
        _refuse(self, "is given to a function of NumPy")

    __array_ufunc__ = None


class Callable(Handle):
    """A Handle of what can be called."""

    __slots__ = ()

    def __call__(self, *args, **options):
        __tracebackhide__ = True
        return self._zone.call(self, args, options)


@functools.lru_cache(maxsize=1000)
def class_of(kind, is_callable):
    """The class of the handles of a type of the student's: a Handle of the same name."""
    name = kind if kind.isidentifier() else "object"
    return type(name, (Callable if is_callable else Handle,), {"__slots__": ()})


def _article(name):
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _refuse(handle, what):
    __tracebackhide__ = True
    raise TypeError(
        f"{_article(handle._kind)} of the student's {what}: only plain data (numbers, text, lists, "
        "tuples, dicts, sets, arrays, tensors outside a graph) can be computed with and compared"
    )


def _refusal(name, what):
    def refuse(self, *args):
        __tracebackhide__ = True
        _refuse(self, what)

    refuse.__name__ = name
    return refuse


_BINARY = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow", "matmul"),
    *("lshift", "rshift", "and", "or", "xor"),
)
_REFUSED = {
    "is compared": "eq ne lt le gt ge contains",
    "is used as a truth value": "bool",
    "is used as a number or an array": (
        "int float complex index array neg pos abs invert round trunc floor ceil"
    ),
    "stands beside an operator": " ".join(
        [f"{part}{name}" for name in _BINARY for part in ("", "r", "i")]
    ),
    "is changed": "setattr delattr setitem delitem",
    "is copied": "reduce_ex deepcopy",
    "is used as a base class": "mro_entries",
    "is used in a with statement": "enter exit",
}
for _what, _names in _REFUSED.items():
    for _name in _names.split():
        setattr(Handle, f"__{_name}__", _refusal(f"__{_name}__", _what))
Handle.__hash__ = object.__hash__
