"""The student's side: answers what test cells ask, in the kernel in which the student's cells ran.

It runs among the student's code, which may change it at will. It holds no secret and decides
nothing: whoever takes it over can make it say other values, and a value is all that is believed.
"""

import contextlib
import linecache
import socket
import sys
import types

from dlcourse.grading.remote import arguments, frames, values

_LONGEST_MESSAGE = 4000
_MOST_FRAMES = 40


class CallbackError(RuntimeError):
    """A function of the test cell ended in an exception that has no builtin class."""


class Callback:
    """A function of the test cell's, as student code sees it: it can be called."""

    __slots__ = ("_agent", "_number")

    def __init__(self, agent, number):
        self._agent, self._number = agent, number

    def __call__(self, *args, **options):
        return self._agent.call_back(self._number, args, options)


class Agent:
    """Serves one test cell over a connected socket.

    namespace: the dict of the student's global names. objects: what handles stand for, by number;
    it outlives the connection.
    """

    def __init__(self, sock, namespace, objects, most):
        self._sock, self._namespace, self._objects, self._most = sock, namespace, objects, most

    def serve(self):
        """Answer until the test cell has ended."""
        with contextlib.suppress(frames.Closed):
            while True:
                header, buffers = frames.receive(self._sock, self._most)
                for number, times in header["drop"]:
                    self._objects.drop(number, times)
                if header["do"] == "end":
                    return
                self._answer(header, buffers)

    def _answer(self, header, buffers):
        copies, known, outcome = None, {}, {}
        try:
            reader = self._read(header, buffers)
            copies = arguments.Copies(reader, header["records"], buffers)
            known = copies.known
            result = getattr(self, f"_do_{header['do']}")(header, reader)
        except BaseException as error:  # sys.exit and an interrupt too: the test cell is told
            result, outcome = None, {"error": report(error)}
        try:
            self._reply(outcome, result, copies, known)
        except (frames.Closed, KeyboardInterrupt):
            raise frames.Closed("the test cell has ended") from None
        except BaseException as error:
            self._reply({"error": report(error)}, None, None, {})

    def _reply(self, outcome, result, copies, known):
        writer = values.Writer(self._foreign, known)
        token = writer.token(result)
        changes = copies.changes(writer) if copies is not None else []
        header = {**outcome, "result": token, "changes": changes, "records": writer.records}
        frames.send(self._sock, header, writer.buffers, self._most)

    def _read(self, header, buffers, foreign=None):
        foreign = {
            **(foreign or {}),
            "own": self._objects.__getitem__,
            "function": lambda number: Callback(self, number),
        }
        return values.Reader(header["records"], buffers, foreign)

    def _foreign(self, value):
        if type(value) is Callback:
            return ["function", value._number]
        if issubclass(type(value), types.ModuleType):
            raise values.NotPlain("a module does not cross: the test cell imports what it uses")
        name = type(value).__name__
        return ["handle", self._objects.send(value), str(name)[:80], callable(value)]

    def _do_name(self, header, reader):
        value = self._namespace[header["name"]]
        if issubclass(type(value), types.ModuleType):
            raise KeyError(header["name"])
        return value

    def _do_call(self, header, reader):
        args = [reader.value(token) for token in header["args"]]
        options = {name: reader.value(token) for name, token in header["options"].items()}
        return self._objects[header["object"]](*args, **options)

    def _do_attribute(self, header, reader):
        return getattr(self._objects[header["object"]], header["name"])

    def _do_item(self, header, reader):
        return self._objects[header["object"]][reader.value(header["key"])]

    def _do_len(self, header, reader):
        return len(self._objects[header["object"]])

    def _do_iterate(self, header, reader):
        return Iterator(iter(self._objects[header["object"]]))

    def _do_next(self, header, reader):
        """[value], or [] at the end: a StopIteration of the student's own stays an exception."""
        for value in self._objects[header["object"]].iterator:
            return [value]
        return []

    def call_back(self, number, args, options):
        """Call a function of the test cell's; answer its questions until it returns."""
        writer = values.Writer(self._foreign)
        header = {
            "call": number,
            "args": [writer.token(value) for value in args],
            "options": {name: writer.token(value) for name, value in options.items()},
            "records": writer.records,
        }
        frames.send(self._sock, header, writer.buffers, self._most)
        while True:
            header, buffers = frames.receive(self._sock, self._most)
            if header["do"] != "return":
                self._answer(header, buffers)
                continue
            reader = self._read(header, buffers, {"argument": writer.objects.__getitem__})
            arguments.put_back(writer.objects, header["changes"], reader)
            if "error" in header:
                raise _of_callback(**header["error"])
            return reader.value(header["result"])


def _of_callback(type, message):
    """What student code gets to see of an exception in a function of the test cell's."""
    try:
        return vars(sys.modules["builtins"])[type](message)
    except (KeyError, TypeError):
        return CallbackError(f"{type}: {message}" if message else type)


class Iterator:
    """What a handle iterates over; a type of its own, so that it never crosses as plain data."""

    def __init__(self, iterator):
        self.iterator = iterator


class Objects:
    """The objects that handles stand for, each under one number for as long as it is held.

    An object can be on its way again while word that its handle has gone is on its way back: so
    it is counted how often each was sent.
    """

    def __init__(self):
        self._objects, self._numbers, self._sent, self._next = {}, {}, {}, 1

    def send(self, value):
        """The number of an object that is about to be sent: the same one each time."""
        number = self._numbers.setdefault(id(value), self._next)
        if number == self._next:
            self._objects[number] = value
            self._next += 1
        self._sent[number] = self._sent.get(number, 0) + 1
        return number

    def __getitem__(self, number):
        return self._objects[number]

    def drop(self, number, times):
        """Forget an object if no handle stands for it any more."""
        self._sent[number] -= times
        if self._sent[number] <= 0:
            del self._numbers[id(self._objects.pop(number))], self._sent[number]


def report(error):
    """An exception as text: its class, the nearest builtin one, its message, its frames."""
    kind = type(error)
    builtins = vars(sys.modules["builtins"])
    base = next((c.__name__ for c in kind.__mro__ if builtins.get(c.__name__) is c), "Exception")
    try:
        message = str(error)
    except Exception:  # a student's own __str__
        message = ""
    trace, found = error.__traceback__, []
    while trace is not None:
        name, code = trace.tb_frame.f_code.co_filename, trace.tb_frame.f_code
        if name != report.__code__.co_filename:
            line = linecache.getline(name, trace.tb_lineno).strip()
            found.append([_cell(name), trace.tb_lineno, code.co_name, line[:200]])
        trace = trace.tb_next
    return {
        "type": kind.__name__[:80],
        "base": base,
        "message": message[:_LONGEST_MESSAGE],
        "frames": found[-_MOST_FRAMES:],
    }


def _cell(filename):
    """The execution count of the cell that a file name stands for, or None."""
    shell = _shell()
    return getattr(shell.compile, "_filename_map", {}).get(filename) if shell else None


def _shell():
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


_objects = Objects()


def serve(path, most, count):
    """Answer one test cell at a Unix socket; cells that run later count from `count`."""
    shell = _shell()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(path)
        Agent(sock, shell.user_ns, _objects, most).serve()
    finally:
        sock.close()
        shell.execution_count = count
