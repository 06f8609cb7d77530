"""The trusted side: asks the student's zone, answers its calls back, believes values alone."""

import threading
import weakref

from dlcourse.grading.remote import arguments, errors, frames, values
from dlcourse.grading.remote.handles import Handle, class_of

MOST_BYTES = 256_000_000  # of one message
_DEEPEST = 50  # calls and calls back inside each other


class Peer:
    """The student's zone, for test cells. One for each start of the zone; `sock` changes by test.

    A value that comes from here is plain data, built here of what was checked, or a Handle.
    """

    def __init__(self, most=MOST_BYTES):
        self._sock, self._most, self._lock = None, most, threading.RLock()
        self._handles = weakref.WeakValueDictionary()
        self._gone, self._functions, self._depth = [], [], 0

    def connect(self, sock):
        """Ask at this socket from now on."""
        self._sock, self._functions, self._depth = sock, [], 0

    def disconnect(self):
        """Let the agent go; questions are an error until the next connect."""
        if self._sock is None:
            return
        try:
            frames.send(self._sock, {"do": "end", "drop": self._dropped()})
        except frames.Closed:
            pass  # it went by itself
        finally:
            self._sock.close()
            self._sock = None

    def name(self, name):
        """A global name of the student's; KeyError where there is none, or where it is a module."""
        __tracebackhide__ = True
        try:
            return self._ask({"do": "name", "name": name}, values.Writer(self._foreign))
        except Exception as error:
            if isinstance(error, errors.FromStudent):
                raise KeyError(name) from None
            raise

    def ask(self, what, handle, *, name=None, key=None):
        """The attribute, the item or the length of a handle's object."""
        __tracebackhide__ = True
        writer = values.Writer(self._foreign)
        header = {"do": what, "object": handle._number}
        if name is not None:
            header["name"] = name
        else:
            header["key"] = writer.token(key)
        return self._ask(header, writer)

    def call(self, handle, args, options):
        """Call a handle's object; mutable arguments hold afterwards what the call left in them."""
        __tracebackhide__ = True
        writer = values.Writer(self._foreign)
        header = {
            "do": "call",
            "object": handle._number,
            "args": [writer.token(value) for value in args],
            "options": {name: writer.token(value) for name, value in options.items()},
        }
        return self._ask(header, writer)

    def iterate(self, handle):
        """The items of a handle's object, one by one, as they are asked for."""
        __tracebackhide__ = True
        return self._items(self.ask("iterate", handle))

    def _items(self, iterator):
        __tracebackhide__ = True
        if not isinstance(iterator, Handle):
            raise errors.ZoneFailure("the student's zone iterates over nothing")
        while True:
            item = self.ask("next", iterator)
            if type(item) is not list or len(item) > 1:
                raise errors.ZoneFailure("the student's zone iterates over nothing")
            if not item:
                return
            yield item[0]

    def dropped(self, number, count):
        """A handle has gone; the zone hears of it with the next question."""
        self._gone.append([number, count])

    def _dropped(self):
        gone, self._gone = self._gone, []
        return gone

    def _ask(self, header, writer):
        """Send a question; answer calls back until its answer comes; give the answer's value."""
        __tracebackhide__ = True
        with self._lock:
            if self._sock is None:
                raise errors.ZoneFailure("the student's zone has ended")
            try:
                self._send(header, writer)
                while True:
                    answer, buffers = frames.receive(self._sock, self._most)
                    if "call" not in answer:
                        return self._result(answer, buffers, writer)
                    self._answer(answer, buffers)
            except frames.Closed:
                self._fail("the student's zone ended while it was asked")
            except frames.Malformed as error:
                self._fail(f"what crosses between the test and the student's code cannot: {error}")

    def _fail(self, why):
        """No answer of this connection can be trusted to belong to its question any more."""
        __tracebackhide__ = True
        self._sock.close()
        self._sock = None
        raise errors.ZoneFailure(why) from None

    def _send(self, header, writer):
        header = {"drop": self._dropped(), **header, "records": writer.records}
        frames.send(self._sock, header, writer.buffers, self._most)

    def _result(self, answer, buffers, writer):
        __tracebackhide__ = True
        foreign = {"argument": lambda place: _own(writer.objects, place)}
        reader = self._reader(answer, buffers, foreign)
        arguments.put_back(writer.objects, answer.get("changes"), reader)
        if "error" in answer:
            raise errors.exception(answer["error"])
        return reader.value(answer.get("result"))

    def _answer(self, question, buffers):
        """Call the function that student code calls, and send what came of it."""
        reader = self._reader(question, buffers)
        copies = arguments.Copies(reader, question["records"], buffers)
        args, options = question.get("args"), question.get("options")
        if type(args) is not list or type(options) is not dict:
            raise frames.Malformed("a call has no arguments")
        args = [reader.value(token) for token in args]
        options = {name: reader.value(token) for name, token in options.items()}
        function = _own(self._functions, question["call"])
        outcome, result = {}, None
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise RecursionError("calls and calls back go too deep")
            result = function(*args, **options)
        except Exception as error:
            outcome = {"error": {"type": type(error).__name__, "message": str(error)}}
        finally:
            self._depth -= 1
        writer = values.Writer(self._foreign, copies.known)
        try:
            token = writer.token(result)
        except values.NotPlain as error:
            outcome, token = {"error": {"type": "TypeError", "message": str(error)}}, None
        header = {**outcome, "do": "return", "result": token, "changes": copies.changes(writer)}
        self._send(header, writer)

    def _reader(self, answer, buffers, foreign=None):
        functions = {
            "handle": self._handle,
            "function": lambda place: _own(self._functions, place),
            **(foreign or {}),
        }
        return values.Reader(answer.get("records"), buffers, functions)

    def _handle(self, *record):
        if [type(part) for part in record] != [int, str, bool]:
            raise frames.Malformed("a record of a handle is none")
        number, kind, is_callable = record
        handle = self._handles.get(number)
        if handle is None:
            handle = class_of(kind, is_callable)(self, number)
            self._handles[number] = handle
        object.__setattr__(handle, "_count", handle._count + 1)
        return handle

    def _foreign(self, value):
        if isinstance(value, Handle):
            if value._zone is not self:
                raise errors.ZoneFailure("an object's zone has ended, and the object with it")
            return ["own", value._number]
        if callable(value):
            self._functions.append(value)
            return ["function", len(self._functions) - 1]
        raise values.NotPlain(
            f"a {type(value).__name__} cannot be given to student code: plain data, functions and "
            "objects of the student's can (a tensor only outside a graph: detach it)"
        )


def _own(objects, place):
    if type(place) is not int or not 0 <= place < len(objects):
        raise frames.Malformed("a record names nothing that was sent")
    return objects[place]
