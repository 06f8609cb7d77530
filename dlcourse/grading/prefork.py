"""Processes for submissions that need not import nbgrader again: each is a fork of one server.

The server holds the grader's own modules and nothing else. It never reads a submission and no
student code ever runs in it, so a fork of it knows no more than a process that has just started;
it is only there sooner. The same holds for the process beside it that has imported what test cells
need (zones.launch.Nursery). Linux alone: elsewhere libraries do not survive a fork, and a process
is started afresh.
"""

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import psutil

_ADOPT = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>
AVAILABLE = sys.platform == "linux" and hasattr(socket, "send_fds")


class Server:
    """The process that forks, for all threads of this one. preload: modules that tests import.
    libraries: what student code may import. before: words that its command begins with."""

    def __init__(self, environment, preload=(), libraries=(), before=()):
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(*before, sys.executable, "-m", "dlcourse.grading.prefork"),
                    *(str(theirs.fileno()), json.dumps([preload, libraries])),
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Ctrl-C is for whoever holds the leashes: this would die of it, with a traceback.
                start_new_session=True,
            )

    def start(self, folder):
        """Fork a process that grades what lies in `folder`; return it as a Forked."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._channel, [os.fsencode(folder)], [theirs.fileno()])
        return Forked(ours)

    @property
    def alive(self):
        return self._process.poll() is None

    def close(self):
        """End the server; processes that it forked go on until their own Forked is closed."""
        self._channel.close()
        self._process.wait()


class Forked:
    """A process that the server forked. It ends when this end of its leash is closed."""

    def __init__(self, leash):
        self._leash, self._said = leash, b""
        self.pid = self.returncode = None
        try:
            self._read()
        except OSError:
            self._leash.close()
            raise

    def wait(self, timeout):
        """Wait for the end, at most `timeout` seconds; tell whether it has come."""
        ready, _, _ = select.select([self._leash], [], [], timeout)
        if ready and self.returncode is None:
            self._read()
        return self.returncode is not None

    def close(self):
        self._leash.close()

    def _read(self):
        while b"\n" not in self._said:
            more = self._leash.recv(256)
            if not more:
                raise OSError("the process that starts the graders has ended")
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        for name, value in json.loads(line).items():
            setattr(self, name, value)


_servers, _lock = {}, threading.Lock()


def server(environment, preload=(), libraries=(), before=()):
    """This process's server, started if it is not there; ended when this process ends."""
    ahead = preload, libraries, before
    with _lock:
        running = _servers.get(ahead)
        if running is None or not running.alive:
            running = _servers[ahead] = Server(environment, *ahead)
            atexit.register(running.close)
        return running


def _serve(channel, preload, libraries):
    """Fork for each message until the other end of the channel is closed, then end all of it."""
    from dlcourse.grading.sandbox import Policy, forking
    from dlcourse.grading.sandbox.template import TEMPLATE, Template
    from dlcourse.grading.zones.launch import NURSERY, Nursery

    # What a submission leaves behind becomes this process's child, and goes at once when it ends:
    # the first process of a container may look after such orphans late, or never.
    forking.call("prctl", _ADOPT, 1, 0, 0, 0)
    with contextlib.ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix=f"dlcourse-{os.getpid()}-")
        folder = stack.enter_context(folder)
        # All three import at once.
        nursery, template = Nursery(os.path.join(folder, "tests"), preload), None
        # Without one, also for a library that is not there, kernels start from nothing.
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            policy = Policy(libraries=libraries) if libraries else Policy()
            template = Template(os.path.join(folder, "kernels"), policy)
        from dlcourse.grading import worker

        worker.warm_up()
        os.environ[NURSERY] = str(stack.enter_context(nursery).path)
        if template is not None:
            with contextlib.suppress(RuntimeError):
                os.environ[TEMPLATE] = str(stack.enter_context(template).path)
        # Nobody waits for the keepers: the system takes them away when they end.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        _fork_for_each(channel, worker)
        # Also a test that is still at work: who started it is gone.
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def _fork_for_each(channel, worker):
    while True:
        folder, fds, _, _ = socket.recv_fds(channel, 65536, 1)
        if not folder:
            return
        os.set_inheritable(fds[0], False)
        if os.fork() == 0:
            channel.close()
            _keep(worker, os.fsdecode(folder), socket.socket(fileno=fds[0]))
        os.close(fds[0])


def _keep(worker, folder, leash):
    """Fork the process itself and say how it ends: only a parent is told. Never returns."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        pid = os.fork()
        if pid == 0:
            worker.main(folder, leash.fileno())
            os._exit(0)
        leash.sendall(json.dumps({"pid": pid}).encode() + b"\n")
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        leash.sendall(json.dumps({"returncode": code}).encode() + b"\n")
    except OSError:
        pass  # the other end has gone, and with it whoever would be told
    finally:
        os._exit(1)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), *json.loads(sys.argv[2]))
