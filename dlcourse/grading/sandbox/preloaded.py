"""A process that has imported what its copies need, so that each of them starts at once."""

import select
import subprocess
from pathlib import Path

_START = 60.0  # seconds, on a busy machine


class Preloaded:
    """A process that copies itself for each that connects to its socket.

    path: where the socket will lie. command: of a program that prints a line when it can be copied
    and ends with its standard input. what: what it makes, for messages. It can be copied once
    `wait` has returned.
    """

    def __init__(self, path, command, what, **options):
        self.path, self._what = Path(path), what
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # it ends when this end is closed, also by kill -9
            stdout=subprocess.PIPE,
            **options,
        )

    def wait(self):
        """Wait until it has imported what it needs; RuntimeError where it does not come so far."""
        ready, _, _ = select.select([self._process.stdout], [], [], _START)
        if not ready or not self._process.stdout.readline():
            self.close()
            raise RuntimeError(f"the process for {self._what} did not start in {_START:g} s")

    def close(self):
        """End it. Copies that are at work go on."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self):
        self.wait()
        return self

    def __exit__(self, *_):
        self.close()
