"""Plain data as a table of records, and back: by value, in the order in which it is built.

A *token* stands for a value: None, a bool, an int, a float or a str for itself, `[i]` for record i
of the table. A record is a list, its kind first; it refers only to records before it, so a table
that was made to harm can hold no cycle. One object is one record, however often it occurs: what was
shared stays shared. Subclasses of a plain type are written as that type holds them, through the
type's own methods, never through those that the subclass brings.
"""

from dlcourse.grading.remote import leaves
from dlcourse.grading.remote.frames import Malformed, TooLarge

MOST_ENTRIES = 4_000_000  # of all lists, tuples, dicts and sets of a message, written out
DEEPEST = 100  # containers in containers; Python's own comparison and repr manage ten times that
_LARGEST_INT = 1 << 20  # bits
_INLINE = 1 << 63

# Classes that cross by their name, as `dtype=float` or `dtype=np.float32` need them.
_TYPES = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)
}
_SCALAR_TYPES = (
    *("bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
_CONTAINERS = {"list": list, "tuple": tuple, "dict": dict, "set": set, "frozenset": frozenset}
_KINDS = (
    *("int", "complex", "bytes", "bytearray", "array", "scalar", "tensor"),
    *("range", "slice", "ellipsis", "type", *_CONTAINERS),
)


class NotPlain(TypeError):
    """A value is no plain data and cannot cross."""


class Cyclic(NotPlain):
    """A list, tuple, dict or set holds itself."""


class Writer:
    """Writes values into one table; `objects` keeps the value of each record.

    foreign: a function that gives the record of a value that is no plain data, or raises NotPlain.
    known: records for objects that the other side has already, by id.
    """

    def __init__(self, foreign, known=None):
        self.records, self.buffers, self.objects = [], [], []
        self._foreign, self._known = foreign, known or {}
        self._places, self._entries, self._open = {}, 0, set()

    def token(self, value):
        """The token of a value; NotPlain, Cyclic or TooLarge where it cannot cross."""
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int and -_INLINE <= value < _INLINE:
            return value
        place = self._places.get(id(value))
        if place is not None:
            return [place]
        known = self._known.get(id(value))
        token = self.content(value) if known is None else self._add(value, known)
        self._places[id(value)] = token[0] if type(token) is list else None
        return token

    def content(self, value):
        """The token of what a value holds, also where the other side has the object already."""
        kind = type(value)
        if issubclass(kind, bool | int | float | str) and not leaves.is_scalar(value):
            return self._atom(value)
        if leaves.is_array(value):
            record, data = leaves.write_array(value)
            return self._leaf(value, "array", record, data)
        if leaves.is_scalar(value):
            record, data = leaves.write_scalar(value)
            return self._leaf(value, "scalar", record, data)
        if leaves.is_tensor(value):
            record, data = leaves.write_tensor(value)
            return self._leaf(value, "tensor", record, data)
        if issubclass(kind, bytes | bytearray):
            base = bytes if issubclass(kind, bytes) else bytearray
            return self._leaf(value, base.__name__, [], bytes(base.__getitem__(value, slice(None))))
        if issubclass(kind, complex):
            plain = complex.__pos__(value)
            return self._add(value, ["complex", plain.real, plain.imag])
        if kind is range or kind is slice:
            parts = [self.token(part) for part in (value.start, value.stop, value.step)]
            return self._add(value, [kind.__name__, *parts])
        if value is Ellipsis:
            return self._add(value, ["ellipsis"])
        if (named := _name_of_type(value)) is not None:
            return self._add(value, ["type", *named])
        for base in _CONTAINERS.values():
            if issubclass(kind, base):
                return self._container(value, base)
        return self._add(value, self._foreign(value))

    def _atom(self, value):
        kind = type(value)
        if issubclass(kind, str):
            return str.__str__(value)
        if issubclass(kind, float):
            return float.__pos__(value)
        number = value if kind is bool else int.__pos__(value)
        if -_INLINE <= number < _INLINE:
            return number
        if number.bit_length() > _LARGEST_INT:
            raise TooLarge(f"an integer of {number.bit_length()} bits: too large to cross")
        return self._add(value, ["int", format(number, "x")])

    def _container(self, value, base):
        if id(value) in self._open:
            raise Cyclic(f"a {base.__name__} holds itself")
        if len(self._open) >= DEEPEST:
            raise TooLarge(f"a value nested {DEEPEST} deep: too deep to cross")
        if base is dict:
            entries = [part for pair in dict.items(value) for part in pair]
        else:
            entries = [*base.__iter__(value)]
        self._entries += len(entries)
        if self._entries > MOST_ENTRIES:
            raise TooLarge(f"a value of more than {MOST_ENTRIES} entries: too large to cross")
        self._open.add(id(value))
        try:
            tokens = [self.token(entry) for entry in entries]
        finally:
            self._open.discard(id(value))
        return self._add(value, [base.__name__, *tokens])

    def _leaf(self, value, kind, record, data):
        self.buffers.append(data)
        return self._add(value, [kind, *record, len(self.buffers) - 1])

    def _add(self, value, record):
        self.records.append(record)
        self.objects.append(value)  # also keeps its id from being given to another
        return [len(self.records) - 1]


class Reader:
    """Reads a table; `value(token)` gives what a token stands for.

    foreign: functions that make a value of a record's parts, by kind, for the kinds that are not
    plain data. Malformed for whatever a Writer would not have written.
    """

    def __init__(self, records, buffers, foreign):
        if type(records) is not list:
            raise Malformed("there is no table of records")
        self.objects, self._depth, self._size = [], [], []
        self._buffers, self._foreign = buffers, foreign
        self._entries = 0
        for record in records:
            if type(record) is not list or not record or type(record[0]) is not str:
                raise Malformed("a record has no kind")
            holds = record[0] in _CONTAINERS
            children = [part[0] for part in record[1:] if holds and self._refers(part)]
            self._depth.append(1 + max((self._depth[child] for child in children), default=0))
            self._size.append(len(record) + sum(self._size[child] for child in children))
            if self._depth[-1] > DEEPEST + 1 or self._size[-1] > 2 * MOST_ENTRIES:
                raise TooLarge("a value is nested too deep or has too many entries to cross")
            self.objects.append(self._build(record[0], record[1:]))

    def value(self, token):
        """What a token stands for."""
        if token is None or type(token) in (bool, int, float, str):
            return token
        if self._refers(token):
            return self.objects[token[0]]
        raise Malformed("a token stands for nothing")

    def _refers(self, token):
        return (
            type(token) is list
            and len(token) == 1
            and type(token[0]) is int
            and 0 <= token[0] < len(self.objects)
        )

    def _build(self, kind, parts):
        if kind not in _KINDS and kind not in self._foreign:
            raise Malformed("a record has an unknown kind")
        try:
            if kind in self._foreign:
                return self._foreign[kind](*parts)
            return getattr(self, f"_make_{kind}")(parts)
        except (TypeError, ValueError, LookupError, OverflowError) as error:
            raise Malformed(f"a record of kind {kind} is none: {type(error).__name__}") from None

    def _make_int(self, parts):
        (text,) = parts
        if type(text) is not str or len(text) > _LARGEST_INT // 4 + 2:
            raise Malformed("a record of an int is none")
        return int(text, 16)

    def _make_complex(self, parts):
        real, imag = parts
        if type(real) is not float or type(imag) is not float:
            raise Malformed("a record of a complex is none")
        return complex(real, imag)

    def _make_bytes(self, parts):
        (data,) = self._leaf(parts)
        return data

    def _make_bytearray(self, parts):
        return bytearray(self._make_bytes(parts))

    def _make_array(self, parts):
        *record, data = self._leaf(parts)
        return leaves.read_array(record, data)

    def _make_scalar(self, parts):
        *record, data = self._leaf(parts)
        return leaves.read_scalar(record, data)

    def _make_tensor(self, parts):
        *record, data = self._leaf(parts)
        return leaves.read_tensor(record, data)

    def _make_range(self, parts):
        return range(*(self.value(part) for part in parts))

    def _make_slice(self, parts):
        start, stop, step = (self.value(part) for part in parts)
        return slice(start, stop, step)

    def _make_ellipsis(self, parts):
        return Ellipsis

    def _make_type(self, parts):
        return _type_of_name(*parts)

    def _make_list(self, parts):
        return [self.value(part) for part in parts]

    def _make_tuple(self, parts):
        return tuple(self._make_list(parts))

    def _make_set(self, parts):
        return set(self._make_list(parts))

    def _make_frozenset(self, parts):
        return frozenset(self._make_list(parts))

    def _make_dict(self, parts):
        if len(parts) % 2:
            raise Malformed("a record of a dict is none")
        entries = self._make_list(parts)
        return dict(zip(entries[::2], entries[1::2], strict=True))

    def _leaf(self, parts):
        *record, place = parts
        if type(place) is not int or not 0 <= place < len(self._buffers):
            raise Malformed("a record has no bytes")
        return [*record, self._buffers[place]]


def _name_of_type(value):
    """Where a class that may cross comes from and its name, or None for any other value."""
    kind = type(value)
    if kind is type:
        if _TYPES.get(value.__name__) is value:
            return "builtins", value.__name__
        np = leaves.loaded("numpy")
        name = "bool_" if value.__name__ == "bool" else value.__name__  # NumPy 1 has no np.bool
        if np is not None and name in _SCALAR_TYPES and getattr(np, name, None) is value:
            return "numpy", name
        return None
    np, torch = leaves.loaded("numpy"), leaves.loaded("torch")
    if np is not None and isinstance(value, np.dtype) and leaves.is_plain(value):
        return "dtype", value.str
    if torch is not None and kind is getattr(torch, "dtype", None):
        name = str(value).removeprefix("torch.")
        return ("torch", name) if name in leaves.TENSORS else None
    return None


def _type_of_name(place, name):
    if place == "builtins" and name in _TYPES:
        return _TYPES[name]
    if place == "dtype":
        return leaves.dtype(name)
    if place == "numpy" and name in _SCALAR_TYPES:
        import numpy

        return getattr(numpy, name)
    if place == "torch" and name in leaves.TENSORS:
        import torch

        return getattr(torch, name)
    raise Malformed("a record of a type names none that crosses")
