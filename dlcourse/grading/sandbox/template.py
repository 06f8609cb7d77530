"""Kernels that need not import themselves: each is a copy of one process (forking.py).

bubblewrap makes every zone as ever, with all its namespaces and with no other program in it than
one that waits. The kernel is then copied into it, and is nobody there, without any power, before
the submission is. Only root may enter a zone from outside; others' kernels start from nothing.
"""

import contextlib
import json
import os
import select
import socket
from pathlib import Path

from dlcourse.grading.sandbox import bubblewrap, filter, identity, launch
from dlcourse.grading.sandbox.policy import Policy
from dlcourse.grading.sandbox.preloaded import Preloaded

TEMPLATE = "DLCOURSE_TEMPLATE"  # the environment variable by which a batch names its Template
_PRELOAD = ("numpy", "numpy.random", "torch")  # what a homework imports, if it may
_HOLD = ["/bin/sh", "-c", "echo && exec cat"]  # the program that waits in a zone
_START = 60.0  # seconds, on a busy machine
_END = 2.0  # seconds for a keeper to say how a kernel ended
_MOST = 65536  # bytes of what a keeper says


class Template(Preloaded):
    """The process that is copied; it can be once `wait` has returned.

    path: where its socket will lie. policy: of the zones to come; its files and limits do not
    matter. RuntimeError where this machine cannot have one.
    """

    def __init__(self, path, policy=None):
        path, self._policy = Path(path), policy or Policy()
        if not identity.is_root() or not hasattr(os, "pidfd_open"):
            raise RuntimeError("only root may enter a zone from outside")
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(path))
            path.chmod(0o600)
            listener.listen(64)
            passwd = launch.file(stack, bubblewrap.PASSWD.encode())
            command = bubblewrap.template_command(
                self._policy, passwd, listener.fileno(), _preload(self._policy)
            )
            descriptors = [listener.fileno(), passwd]
            alone = {"env": {}, "cwd": "/", "start_new_session": True, "pass_fds": descriptors}
            super().__init__(path, command, "kernels", **alone)

    def wait(self):
        super().wait()
        view = json.dumps(_view(self._policy))
        self.path.with_suffix(".json").write_text(view, encoding="utf-8")


def serves(path, policy):
    """Tell whether the Template at `path` was made for zones of this policy.

    Not for one whose submission has a file in the place of a module that is there before it.
    """
    if policy.unsafe or policy.preload:
        return False
    if policy.files is not None:
        own = {path.name.split(".")[0] for path in policy.files.iterdir()}
        if own & set(_preload(policy)):
            return False
    try:
        return json.loads(Path(path).with_suffix(".json").read_text("utf-8")) == _view(policy)
    except (OSError, ValueError):
        return False


def _preload(policy):
    return [name for name in _PRELOAD if name.split(".")[0] in policy.libraries]


def _view(policy):
    data = None if policy.data is None else str(policy.data)
    return [list(policy.libraries), list(policy.hidden), data]


def copied(path, policy, group, given, **folders):
    """As launch.sandboxed, with a copy of the Template at `path` as the kernel. OSError where that
    cannot be had."""
    with contextlib.ExitStack() as failed, contextlib.ExitStack() as passed:
        control = failed.enter_context(socket.socket(socket.AF_UNIX))
        control.settimeout(_START)
        control.connect(str(path))
        keeper = _Keeper(control)
        number = keeper.hear("keeper")
        for folder in group.folders.values():
            (folder / "cgroup.procs").write_text(str(number))
        zone = launch.sandboxed(policy, group, [], program_inside=_HOLD, **folders)
        failed.callback(os.close, zone.output)
        failed.callback(zone.process.wait)
        failed.callback(zone.process.kill)
        failed.callback(zone.orders.close)
        (read, orders), (output, write) = os.pipe(), os.pipe()
        failed.callback(os.close, orders)
        failed.callback(os.close, output)
        # Before this word bubblewrap may still be at work on what is to be joined.
        if not select.select([zone.output], [], [], _START)[0] or os.read(zone.output, 1) != b"\n":
            raise ConnectionError("the zone of a kernel has ended")
        handle, root = os.pidfd_open(zone.first), os.stat(f"/proc/{zone.first}/root")
        for number in (read, write, handle):
            passed.callback(os.close, number)
        program = filter.program()
        order = {
            "descriptors": list(given),
            "root": [root.st_dev, root.st_ino],
            "filter": program.hex() if program else None,
            "user": identity.NOBODY,
        }
        socket.send_fds(control, [json.dumps(order).encode()], [handle, read, write, *given])
        kernel = keeper.hear("kernel")
        failed.pop_all()
    os.close(zone.output)  # bubblewrap has said all that it may
    process = _Held(zone.process, zone.orders, keeper)
    return launch.Started(process, zone.first, os.fdopen(orders, "wb"), output, kernel)


class _Keeper:
    """The parent of a kernel, which says what it is and how it ends."""

    def __init__(self, control):
        self.control, self._said = control, b""

    def hear(self, name):
        """The value under `name` in the next line; an OSError where that says another thing."""
        while b"\n" not in self._said:
            more = self.control.recv(_MOST)
            if not more:
                raise ConnectionError("the keeper of a kernel has ended")
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        said = json.loads(line)
        if name not in said:
            raise ConnectionError(f"a kernel could not be copied: {said.get('failed', said)}")
        return said[name]


class _Held:
    """A zone's bubblewrap and the kernel in it, as one process: where one ends, the other does."""

    def __init__(self, process, hold, keeper):
        self.pid, self._process, self._hold, self._keeper = process.pid, process, hold, keeper
        self._code = None

    @property
    def returncode(self):
        return self._process.returncode if self._code is None else self._code

    def poll(self):
        """None while the zone lives, else how it ended."""
        ended = self._process.poll() is not None
        if self._keeper is not None:
            self._listen(_END if ended else 0)
        return self.returncode if ended else None

    def wait(self, timeout=None):
        """Wait for the end; return how it was."""
        self._process.wait(timeout)
        return self.poll()

    def _listen(self, seconds):
        """Let bubblewrap go where the kernel has ended, which is known after so many seconds."""
        self._keeper.control.settimeout(seconds)
        try:
            self._code = self._keeper.hear("returncode")
        except (BlockingIOError, TimeoutError):
            if not seconds:
                return
        except OSError:
            self._code = None  # its keeper was killed, as all in the zone is
        self._keeper.control.close()
        self._keeper = None
        with contextlib.suppress(OSError):
            self._hold.close()
