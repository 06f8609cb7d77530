"""The trusted zone: a process that runs test cells and asks the student's zone for their names.

`python -m dlcourse.grading.zones.trusted FD` serves one submission at a connected Unix socket.
With `--listen PATH`, one process imports what tests need and makes a copy of itself for each that
connects: nothing of a student has ever been in it.

Orders and answers are messages of `remote.frames`:

    {"do": "zone"}                     with a listening socket, at which the student's zone calls
    {"do": "run", "source", "count", "asks"}  →  {"printed", "value", "error"}
    {"do": "abandon"}                  while a cell runs: the student's zone will not call
"""

import argparse
import contextlib
import importlib
import math
import numbers
import os
import select
import signal
import socket
import sys
import threading

from dlcourse.grading.remote import frames
from dlcourse.grading.remote.errors import ZoneFailure
from dlcourse.grading.remote.peer import Peer
from dlcourse.grading.zones.names import Builtins
from dlcourse.grading.zones.shell import Shell

MOST = 50_000_000  # bytes of an order
_MEMORY = 2 * 2**30  # bytes of data
_FILE = 2**28  # bytes of a file


class Trusted:
    """One submission's trusted zone, at the socket of its grader."""

    def __init__(self, control):
        self.control, self.listener, self.peer = control, None, Peer()
        self.shell = Shell.instance()  # by this IPython knows how to name cells in tracebacks
        self.shell.user_ns["__builtins__"] = Builtins(self._ask)

    def _ask(self, name):
        __tracebackhide__ = True
        return self.peer.name(name)

    def serve(self):
        """Obey until the grader goes."""
        frames.send(self.control, {"pid": os.getpid()})
        while True:
            try:
                order, _ = frames.receive(self.control, MOST)
            except frames.Closed:
                return
            except KeyboardInterrupt:
                continue  # meant for a cell that has just ended
            if order["do"] == "zone":
                self._attach()
            elif order["do"] == "run":
                frames.send(self.control, self._run(**order))

    def _attach(self):
        """Take the socket of a new student's zone; handles of the one before are dead."""
        _, (descriptor,), _, _ = socket.recv_fds(self.control, 1, 1)
        if self.listener is not None:
            self.listener.close()
        self.listener, self.peer = socket.socket(fileno=descriptor), Peer()

    def _run(self, do, source, count, asks, buffers):
        printed, value, error = "", None, None
        try:
            if asks:
                self._connect()
            printed, value, error = self.shell.run(source, count)
        except (KeyboardInterrupt, ZoneFailure, frames.Closed) as stop:
            error = {"ename": type(stop).__name__, "evalue": str(stop), "traceback": [str(stop)]}
        finally:
            self.peer.disconnect()
        return {"printed": printed, "value": _number(value), "error": error}

    def _connect(self):
        """Wait for the agent of the student's zone, or for the word that none will come."""
        ready, _, _ = select.select([self.listener, self.control], [], [])
        if self.control in ready:
            frames.receive(self.control, MOST)
            raise ZoneFailure("the student's zone ended before the test asked it")
        sock, _ = self.listener.accept()
        sock.setblocking(True)
        self.peer.connect(sock)


def _number(value):
    """Partial credit: a cell's last value if it is a number, else None. NaN becomes a text."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    try:
        value = float(value)
    except OverflowError:
        return "a number that is too large"
    return value if math.isfinite(value) else str(value)


def _confine():
    """Limits of this process's own: a test may run away on a student's value."""
    import resource

    for name, most in (("RLIMIT_DATA", _MEMORY), ("RLIMIT_FSIZE", _FILE), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, hard))


def _leave_with(control):
    """End this process when its grader has gone, also in the middle of a test that never ends."""
    hangup = select.poll()
    hangup.register(control, getattr(select, "POLLRDHUP", 0) | select.POLLHUP)
    hangup.poll()
    os._exit(1)


def _serve_one(control, folder):
    """Serve a submission in the instructor's files of the homework."""
    if folder:
        os.chdir(folder)
        sys.path.insert(0, folder)
    _confine()
    threading.Thread(target=_leave_with, args=(control,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    Trusted(control).serve()


def _listen(path, preload):
    """Make a copy of this process for each grader that connects."""
    for name in preload:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # the cell that needs it will say so
    Shell().run("assert False", 1)  # loads what a shell loads first when it tells of an error
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        os.chmod(path, 0o600)
        listener.listen(64)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the copies
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            if sys.stdin in ready:
                return  # whoever started this process has gone
            control, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                with contextlib.suppress(frames.Closed, OSError):  # its grader has gone
                    order, _ = frames.receive(control, MOST)
                    _serve_one(control, order["folder"])
                os._exit(0)
            control.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("descriptor", nargs="?", type=int)
    parser.add_argument("--listen", metavar="PATH")
    parser.add_argument("--folder", default="")
    parser.add_argument("--preload", nargs="*", default=[])
    args = parser.parse_args()
    os.environ.setdefault("MPLBACKEND", "Agg")
    if args.listen:
        _listen(args.listen, args.preload)
    else:
        _serve_one(socket.socket(fileno=args.descriptor), args.folder)


if __name__ == "__main__":
    main()
