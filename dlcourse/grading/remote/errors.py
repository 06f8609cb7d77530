"""What went wrong on the student's side, as exceptions of the trusted zone.

An exception of student code arrives as text. A builtin class that it had, or derived from, is given
back to it, so that `except ValueError` does in a test cell what it does in a notebook. Any other
class is only a name in a message, and so is StopIteration: student code cannot raise, in the
trusted zone, the exceptions that the tests themselves or their loops end in.
"""

import builtins
import functools

from dlcourse.grading.remote.frames import Malformed

# Python itself takes these for the end of a loop: in `zip(xs, map(f, xs))` a call that raises one
# would leave nothing to be compared, and the test would pass.
_ENDS = (StopIteration, StopAsyncIteration)
_LONGEST = 4000
_MOST_FRAMES = 40


class StudentError(Exception):
    """An exception of the student's code that has no builtin class."""


class ZoneFailure(BaseException):
    """The student's zone gave no answer that can be understood; no test can go on after that.

    No Exception: a test that expects one must not take this for it.
    """


class FromStudent:
    """What an exception that student code raised carries: its message and its frames.

    frames: [[execution count of the cell or None, line, function, text of the line], ...].
    """

    def __init__(self, message, frames):
        BaseException.__init__(self, message)
        self.message, self.frames = message, frames

    def __str__(self):
        return self.message

    def __reduce__(self):
        return StudentError, (self.message,)


def exception(report):
    """The exception that a report of agent.report stands for; Malformed where it is none."""
    if type(report) is not dict:
        raise Malformed("a report of an exception is none")
    name, base, message = (report.get(key) for key in ("type", "base", "message"))
    if not all(type(text) is str for text in (name, base, message)):
        raise Malformed("a report of an exception is none")
    kind = getattr(builtins, base, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)) or kind is ExceptionGroup:
        kind = StudentError  # sys.exit, an interrupt, or what is no exception of a message alone
    elif issubclass(kind, _ENDS) or (kind is Exception and name != "Exception"):
        kind = StudentError
    if name != kind.__name__:
        message = f"{name[:80]}: {message}"
    return _class(kind)(_printable(message)[:_LONGEST], _frames(report.get("frames")))


@functools.cache
def _class(kind):
    """A subclass of a builtin exception that takes a message and nothing else."""
    return type(kind.__name__, (FromStudent, kind), {"__new__": lambda cls, *_: kind.__new__(cls)})


def _frames(found):
    if type(found) is not list:
        raise Malformed("the frames of an exception are none")
    frames = []
    for frame in found[-_MOST_FRAMES:]:
        if type(frame) is not list or len(frame) != 4:
            raise Malformed("a frame of an exception is none")
        count, line, function, text = frame
        if type(count) not in (int, type(None)) or type(line) is not int:
            raise Malformed("a frame of an exception is none")
        if type(function) is not str or type(text) is not str:
            raise Malformed("a frame of an exception is none")
        frames.append([count, line, _printable(function)[:80], _printable(text)[:200]])
    return frames


def _printable(text):
    """The text without control characters, which terminals and notebooks would obey."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
