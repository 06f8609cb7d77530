"""The shell of the trusted zone: runs test cells as a notebook does, and says how they ended."""

import io
import re
import sys

from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from dlcourse.grading.remote.errors import FromStudent

_MOST_PRINTED = 100_000  # characters of a cell
_MOST_LINES, _LONGEST_LINE = 200, 4000  # of a traceback: a message may quote a student's value
_OUR_OWN = re.compile(r"File \S*dlcourse/grading/(remote|zones)/|\s*\[\.\.\. skipping hidden")


class _Printed(io.StringIO):
    """Text that a cell printed, up to a limit."""

    def write(self, text):
        if self.tell() < _MOST_PRINTED:
            super().write(text[: _MOST_PRINTED - self.tell()])
        return len(text)


class _Value(DisplayHook):
    """Keeps the value of a cell's last expression and shows nothing."""

    def __call__(self, result=None):
        if result is not None and not self.quiet():
            self.exec_result.result = result


class Shell(InteractiveShell):
    """IPython's shell without a terminal, a history or a kernel around it."""

    displayhook_class = _Value

    def __init__(self):
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "NoColor"
        super().__init__(config=config)
        self.history_manager.enabled = False
        self.failure = None

    def enable_gui(self, gui=None):
        pass

    def _showtraceback(self, etype, evalue, stb):
        self.failure = (etype, evalue, list(stb))

    def run(self, source, count):
        """Run a cell; return what it printed, its last value and its error.

        count: its execution count, by which tracebacks call it. The error is None or a dict with
        ename, evalue and traceback as in a notebook's output; the value is None unless the cell
        ended in an expression.
        """
        self.execution_count, self.failure = count, None
        printed, out, err = _Printed(), sys.stdout, sys.stderr
        sys.stdout = sys.stderr = printed
        try:
            result = self.run_cell(source, store_history=False)
        finally:
            sys.stdout, sys.stderr = out, err
        error = self.failure and _error(*self.failure)
        if error is None and not result.success:
            raised = result.error_before_exec or result.error_in_exec
            error = _error(type(raised), raised, [f"{type(raised).__name__}: {raised}"])
        return printed.getvalue(), None if error else result.result, error


def _error(kind, raised, lines):
    """An exception as a notebook has it, with the frames of student code behind our own."""
    lines = [line for line in lines if not _OUR_OWN.match(line)]
    if isinstance(raised, FromStudent) and raised.frames:
        last = lines.pop() if lines else f"{kind.__name__}: {raised}"
        lines += [*(_frame(*frame) for frame in raised.frames), last]
    try:
        message = str(raised)
    except Exception:  # a test cell's own __str__
        message = ""
    return {
        "ename": kind.__name__,
        "evalue": message[:_LONGEST_LINE],
        "traceback": [line[:_LONGEST_LINE] for line in lines[-_MOST_LINES:]],
    }


def _frame(count, line, function, text):
    place = "In a library" if count is None else f"Cell In[{count}]"
    return f"{place}, line {line}, in {function}\n----> {line} {text}\n"
