"""Starting a zone's processes: bubblewrap with the right descriptors, or none of it if told so."""

import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading.sandbox import bubblewrap, filter, identity, libraries

# Enters control groups, then becomes the command: so no process of the zone escapes the count.
_ENTER = 'n=$1; shift; while [ $n -gt 0 ]; do echo 0 >"$1" || exit 97; shift; n=$((n-1)); done; '


class Unavailable(RuntimeError):
    """This machine cannot sandbox; the message says why and what to do."""


@dataclass
class Started:
    """process: what was started. first: the number of the first process inside, seen from here.
    orders: a file to write to the zone's first program. output: a descriptor, what it writes.
    kernel: the number of the kernel's process, where that is no child of `first`."""

    process: subprocess.Popen
    first: int
    orders: object
    output: int
    kernel: int | None = None


def sandboxed(policy, group, given, **folders):
    """Start bubblewrap. given: descriptors that the zone gets. folders: of bubblewrap.command."""
    with contextlib.ExitStack() as stack:
        told, info = os.pipe()
        told = stack.enter_context(os.fdopen(told))
        info = stack.enter_context(os.fdopen(info, "wb"))
        passed = {"info": info.fileno(), "passwd": file(stack, bubblewrap.PASSWD.encode())}
        passed["seccomp"] = file(stack, filter.program()) if filter.program() else None
        passed["namespace"] = None
        if identity.is_root():
            passed["namespace"] = stack.enter_context(identity.user_namespace())
        command = bubblewrap.command(policy, **folders, **passed)
        more = [each for each in passed.values() if each is not None]
        # bubblewrap's own environment is empty too: a zone can read that of its first process.
        started = _popen(command, group, [*given, *more], environment={})
        info.close()
        text = told.read()
    try:
        started.first = json.loads(text)["child-pid"]
    except ValueError:
        raise Unavailable(f"bubblewrap could not start a sandbox: {_last_words(started)}") from None
    return started


def unprotected(policy, group, given, home):
    """Start the same first program with no sandbox around it: it may do all that its user may."""
    shown = libraries.find(policy.libraries, ())
    environment = {
        **bubblewrap.environment(libraries.folders(shown)),
        "HOME": str(home),
        "MPLCONFIGDIR": str(home / ".matplotlib"),
        "PATH": os.environ.get("PATH", os.defpath),
        "TMPDIR": tempfile.gettempdir(),
    }
    start = str(Path(__file__).with_name("inside.py"))
    return _popen([sys.executable, "-s", "-P", start], group, given, environment)


def _popen(command, group, given, environment):
    read, orders = os.pipe()
    output, write = os.pipe()
    try:
        entered = [str(folder / "cgroup.procs") for folder in group.folders.values()]
        if entered:
            script = _ENTER + 'exec "$@"'
            command = ["/bin/sh", "-c", script, "sh", str(len(entered)), *entered, *command]
        process = _starter(os.getpid()).submit(
            subprocess.Popen,
            command,
            stdin=read,
            stdout=write,
            stderr=write,
            env=environment,
            cwd="/",
            pass_fds=given,
            start_new_session=True,
        )
        process = process.result()
    except BaseException:
        os.close(orders)
        os.close(output)
        raise
    finally:
        os.close(read)
        os.close(write)
    return Started(process, process.pid, os.fdopen(orders, "wb"), output)


@functools.cache
def _starter(_owner):
    """One thread that starts all zones and lives as long as this process: Linux counts the thread
    that started a process as its parent, and bubblewrap ends with its parent."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="starts zones")


def file(stack, content):
    """A descriptor at the start of a file with this content, that has no name."""
    descriptor = os.open(tempfile.gettempdir(), os.O_TMPFILE | os.O_RDWR)
    stack.callback(os.close, descriptor)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _last_words(started):
    started.process.wait(timeout=10)
    started.orders.close()
    with os.fdopen(started.output, errors="replace") as output:
        lines = output.read().strip().splitlines()
    return lines[-1] if lines else f"exit code {started.process.returncode}"
