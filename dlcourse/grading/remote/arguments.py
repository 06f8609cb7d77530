"""Mutable arguments: copied in, and what a call did to them copied back.

The side that was called holds copies. After the call it names those that have changed, with what
they hold now; the side that called puts that into its own objects. An argument that comes back as
a result is the caller's own object again, not a copy of it.
"""

from dlcourse.grading.remote import leaves
from dlcourse.grading.remote.frames import Malformed

_MUTABLE = (list, dict, set, bytearray)


class Copies:
    """The copies that a Reader made of a call's arguments, as they were when they came.

    known: what a Writer needs to write one of them as the caller's own object.
    """

    def __init__(self, reader, records, buffers):
        self._before = {}
        for place, value in enumerate(reader.objects):
            if leaves.is_array(value) or leaves.is_tensor(value) or type(value) is bytearray:
                self._before[place] = buffers[records[place][-1]]
            elif isinstance(value, _MUTABLE):
                self._before[place] = _entries(value)
        self._objects = reader.objects
        self.known = {id(self._objects[place]): ["argument", place] for place in self._before}

    def changes(self, writer):
        """The copies that hold something else now, as pairs [place, token]."""
        return [
            [place, writer.content(self._objects[place])]
            for place, before in self._before.items()
            if self._differs(self._objects[place], before)
        ]

    def _differs(self, value, before):
        if leaves.is_array(value):
            return leaves.write_array(value)[1] != before
        if leaves.is_tensor(value):
            return leaves.write_tensor(value)[1] != before
        if type(value) is bytearray:
            return value != before
        if not isinstance(value, _MUTABLE):
            return False  # a tensor that has become part of a graph: its data stays where it is
        after = _entries(value)
        return len(after) != len(before) or any(
            new is not old for new, old in zip(after, before, strict=True)
        )


def _entries(value):
    if isinstance(value, dict):
        return [part for pair in value.items() for part in pair]
    return list(value)


def put_back(originals, changes, reader):
    """Let the caller's own objects hold what the call has left in their copies.

    originals: the `objects` of the Writer that wrote the arguments. changes: pairs as
    Copies.changes gives them, from a side that may claim anything. Malformed where a pair names no
    argument or does not fit it.
    """
    if type(changes) is not list:
        raise Malformed("the changes of arguments are no list")
    for change in changes:
        if type(change) is not list or len(change) != 2 or type(change[0]) is not int:
            raise Malformed("a change of an argument is no pair")
        if not 0 <= change[0] < len(originals):
            raise Malformed("a change of an argument names none")
        _put(originals[change[0]], reader.value(change[1]))


def _put(original, content):
    for kind in _MUTABLE:
        if isinstance(original, kind):
            if type(content) is not kind:
                raise Malformed("a change of an argument has another type than it")
            if kind in (list, bytearray):
                kind.__setitem__(original, slice(None), content)
            else:
                kind.clear(original)
                kind.update(original, content)
            return
    if leaves.is_array(original) and leaves.is_array(content):
        _fill(original, content)
    elif leaves.is_tensor(original) and leaves.is_tensor(content):
        if original.shape != content.shape or original.dtype != content.dtype:
            raise Malformed("a change of a tensor has another shape or dtype than it")
        original.copy_(content)
    else:
        raise Malformed("a change of an argument does not fit it")


def _fill(original, content):
    if original.dtype != content.dtype or original.size != content.size:
        raise Malformed("a change of an array has another dtype or size than it")
    if not original.flags.writeable:
        raise Malformed("an array that may not be written was written")
    if original.shape != content.shape:
        original.shape = content.shape
    original[...] = content
