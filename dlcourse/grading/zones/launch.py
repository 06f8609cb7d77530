"""Starting the trusted zone, and its orders: the grader's side of `trusted`."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

from dlcourse.grading.remote import frames
from dlcourse.grading.sandbox.preloaded import Preloaded

NURSERY = "DLCOURSE_NURSERY"  # the environment variable by which a batch names its Nursery
_MOST = 50_000_000  # bytes of an answer
_START = 60.0  # seconds, on a busy machine
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "HOME", "MPLCONFIGDIR", "DLCOURSE_DATA")


class TrustedZone:
    """A running trusted zone. folder: the instructor's files, its working folder.

    nursery: the path of a Nursery's socket, or None for a process that starts from nothing.
    """

    def __init__(self, folder, nursery=None):
        self._process, self._left = None, None
        if nursery is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [
                        *(sys.executable, "-P", "-m", "dlcourse.grading.zones.trusted"),
                        *(str(theirs.fileno()), "--folder", str(folder)),
                    ],
                    pass_fds=[theirs.fileno()],
                    env=environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                )
        else:
            self._control = socket.socket(socket.AF_UNIX)
            self._control.connect(str(nursery))
            frames.send(self._control, {"folder": str(folder)})
        self._pid = None

    def _wait_for_pid(self):
        if self._pid is None:
            self._control.settimeout(_START)
            self._pid = frames.receive(self._control, _MOST)[0]["pid"]
            self._control.settimeout(None)

    def attach(self, listener):
        """Let the zone wait at this listening socket for the student's zone."""
        self._wait_for_pid()
        frames.send(self._control, {"do": "zone"})
        socket.send_fds(self._control, [b"z"], [listener.fileno()])

    def begin(self, source, count, asks):
        """Let a cell run. asks: whether an agent of the student's zone will call."""
        self._wait_for_pid()
        frames.send(self._control, {"do": "run", "source": source, "count": count, "asks": asks})

    def fileno(self):
        """The descriptor that can be read when the cell has ended, or the zone has."""
        return self._control.fileno()

    def wait(self, seconds):
        """Tell whether there is an answer, or an end, within `seconds`."""
        return bool(select.select([self._control], [], [], max(0.0, seconds))[0])

    def answer(self):
        """What came of the cell: printed, value, error. frames.Closed if the zone has died."""
        return frames.receive(self._control, _MOST)[0]

    def abandon(self):
        """Say that no agent will call; a cell that waits for one ends."""
        with contextlib.suppress(frames.Closed):
            frames.send(self._control, {"do": "abandon"})

    def interrupt(self):
        """Raise KeyboardInterrupt in the cell that runs."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGINT)

    def close(self):
        """End the zone, whatever it does; nothing of it is left on return."""
        self._control.close()
        for kill in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                if self._process is not None:
                    self._process.send_signal(kill)
                elif self._pid is not None:
                    os.kill(self._pid, kill)
        if self._process is not None:
            self._process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Nursery(Preloaded):
    """A process that has imported what tests need, and copies itself for each submission.

    path: where its socket will lie. preload: names of modules. Student code is never in it. It is
    there once `wait` has returned.
    """

    def __init__(self, path, preload=()):
        command = [sys.executable, "-P", "-m", "dlcourse.grading.zones.trusted"]
        command += ["--listen", str(path), "--preload", *preload]
        super().__init__(path, command, "test cells", env=environment())


def environment():
    """What the trusted zone sees of the environment: no token, one thread."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {
        **kept,
        **dict.fromkeys(threads, "1"),
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
        "MPLBACKEND": "Agg",
    }
