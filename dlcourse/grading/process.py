"""A unit of work in a process of its own, within its limits: bytes in, bytes out.

A process that runs out of time or memory, or dies, takes its own submission with it and nothing
else. It is on a leash: when whoever watches it is gone, also by kill -9, it ends with all that it
started.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from dlcourse.grading import prefork
from dlcourse.grading.sandbox import bubblewrap, identity
from dlcourse.grading.unit import SUBMITTED, Result, Unit
from dlcourse.grading.worker import JOB, LOG, RESULT

# What a submission's process sees of the environment: no token, no proxy, no personal folder.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "SYSTEMROOT", "PYTHONPATH")
_FIRST_LOOK, _LOOK = 0.05, 0.4  # s between two looks at the memory, at first and later
# The zones keep the limits of student code themselves. This is what nbgrader and the tests may use
# beside it, in MiB and s, before the process is taken for one that has run away.
_OWN_MEMORY, _OWN_SECONDS = 3072, 30
_LOG_BYTES = 20_000


class Stopped(Exception):
    """The grading was called off before this unit ended."""


def run(packed, stop=None):
    """Grade a packed Unit; return a packed Result, whatever becomes of the submission.

    stop: a threading.Event that ends the process and raises Stopped.
    """
    started = time.monotonic()
    unit = Unit.unpack(packed)
    folder = Path(tempfile.mkdtemp(prefix=f"dlcourse-{os.getpid()}-")).resolve()
    try:
        unit.lay_out(folder)
        job = {
            "homework": unit.homework,
            "sandbox": unit.sandbox,
            "seconds": unit.limits.seconds,
            "memory": unit.limits.memory,
            "environment": _environment(folder),
        }
        (folder / JOB).write_text(json.dumps(job), encoding="utf-8")
        process = _start(folder, unit)
        try:
            ended, memory = _watch(process, unit.limits, stop or threading.Event())
        finally:
            process.close()
        seconds = time.monotonic() - started
        return _result(folder, unit.homework, process, ended, seconds, memory / 2**20).pack()
    except OSError as error:  # a full disk, a server of forks that was killed: no fault of theirs
        note = f"the grading process could not be started or read: {error}"
        return Result("grader error", note, time.monotonic() - started).pack()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep():
    """Remove the folders of runs on this machine that were killed."""
    for folder in Path(tempfile.gettempdir()).glob("dlcourse-*-*"):
        owner = folder.name.split("-")[1]
        if owner.isdigit() and not folder.is_symlink() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def prepare(preload, libraries, sandboxed):
    """Begin to import what the processes need, for a first unit that comes soon; return the server
    that forks them, or None where there is none. All are a Unit's."""
    if prefork.AVAILABLE:
        environment = _environment(Path.home())
        del environment["MPLCONFIGDIR"]  # its own place keeps the list of fonts for the next run
        before = identity.own_root(bubblewrap.program()) if sandboxed else ()
        return prefork.server(environment, preload, libraries, before)
    return None


def _start(folder, unit):
    server = prepare(unit.preload, unit.libraries, unit.sandbox)
    return _Spawned(folder) if server is None else server.start(folder)


class _Spawned:
    """A process that was started afresh, with its standard input as the leash."""

    def __init__(self, folder):
        environment = _environment(folder)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dlcourse.grading.worker", str(folder)],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
        )
        self.pid = self._process.pid

    @property
    def returncode(self):
        return self._process.returncode

    def wait(self, timeout):
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self):
        self._process.stdin.close()


def _watch(process, limits, stop):
    """Wait for a process; end it with all that it started past a limit.

    Returns (state, note) for one that was ended, else None, and the peak resident memory in bytes.
    """
    deadline, peak, seen = time.monotonic() + limits.seconds + _OWN_SECONDS, 0, set()
    ended, pause = None, _FIRST_LOOK
    while not process.wait(pause):
        pause = min(2 * pause, _LOOK)
        family = _family(process.pid)
        seen.update(family)
        peak = max(peak, sum(map(_resident, family)))
        if stop.is_set():
            _end(seen)
            raise Stopped
        if peak > (limits.memory + _OWN_MEMORY) * 2**20:
            ended = ("out of memory", f"used more than {limits.memory:g} MiB of memory")
        elif time.monotonic() > deadline:
            ended = ("timed out", f"took longer than {limits.seconds:g} s")
        if ended is not None:
            break
    # Also after a good end: what was left behind would stay on the machine.
    _end(seen)
    process.wait(5)
    return ended, peak


def _family(pid):
    """A process and all that it started, or nothing where it has gone."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident(process):
    try:
        return process.memory_info().rss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0  # it ended between the two looks


def _end(processes):
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=5)


def _result(folder, homework, process, ended, seconds, memory):
    log = (folder / LOG).read_bytes()[-_LOG_BYTES:] if (folder / LOG).is_file() else b""
    took = {"seconds": seconds, "memory": memory, "log": log.decode("utf-8", "replace")}
    if ended is not None:
        return Result(*ended, **took)
    if not (folder / RESULT).is_file():
        code = process.returncode
        return Result("grader error", f"the grading process ended with exit code {code}", **took)
    said = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    # The student's zone is not always below the process; without one, what counts is the process.
    took["memory"] = said.pop("memory", 0) or memory
    graded = folder / "grades" / "autograded" / SUBMITTED / homework / f"{homework}.ipynb"
    notebook = graded.read_bytes() if said["state"] == "graded" else None
    return Result(**said, notebook=notebook, **took)


def _environment(home):
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    scripts = str(Path(sys.executable).parent)
    return {
        **kept,
        "PATH": os.pathsep.join([scripts, kept.get("PATH", "")]),
        # The package as it is here, installed or not, also from the submission's own folder.
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).resolve().parents[2]), kept.get("PYTHONPATH", "")]
        ).rstrip(os.pathsep),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        # One thread each: submissions run side by side.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
