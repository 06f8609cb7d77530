"""The watchdog of one zone: a thread outside it that counts, and ends what goes past a limit."""

import contextlib
import os
import signal
import threading
import time

from dlcourse.grading.sandbox import processes

OUT_OF_MEMORY, TIMED_OUT, CRASHED = "out of memory", "timed out", "crashed"
INTERVAL = 0.05  # s between two looks
_STARTING = 0.02  # s, before a zone is ready: somebody waits for that
MOST_FILES = 100_000  # names below the home: each takes a kilobyte of the machine's own memory
# MiB by which this process may grow while a zone lives. libzmq bounds a message's parts and how
# many messages wait, but not how many parts one has: it keeps them until the last has come.
MOST_HELD = 1024
# Cores that a zone may use at the price of others, and s of computing past that before it comes
# last: another submission, whose time runs by the clock, must not pay for sixty busy processes.
CORES, CREDIT = 1.5, 2.0
READY = "the zone is warm\n"
_KEPT = 4096  # bytes of what the zone's first program wrote past the kernel, for a crash's reason


class Watch(threading.Thread):
    """Watch over a process tree until it ends, and end it when it must.

    started: see launch.Started. group: control groups, empty where there are none. `ready` is set
    when the zone has imported what it needs, `over` when nothing of it is left.
    """

    def __init__(self, started, group, limits):
        super().__init__(name=f"zone {started.first}", daemon=True)
        self.process, self.first, self._kernel = started.process, started.first, started.kernel
        self.group, self.limits = group, limits
        self._boxed = self.first != self.process.pid  # else there is no namespace to go with it
        self.peak, self.cpu = 0.0, 0.0
        self.reason = None  # (state, sentence) when it was we who ended it
        self.ready, self.over, self._ending = (threading.Event() for _ in range(3))
        self.written, self._ended = b"", False
        self._output, self._lock = started.output, threading.Lock()
        self._begun = time.monotonic()
        self._deadline = self._begun + limits.seconds
        self._held_before = processes.resident([os.getpid()])
        os.set_blocking(self._output, False)
        # Its number alone could be another process's by the time that it is killed.
        self._handle = os.pidfd_open(self.first) if hasattr(os, "pidfd_open") else None

    def begin(self):
        """Count from now on: the zone has waited for its submission."""
        self._held_before = processes.resident([os.getpid()])
        self._begun = time.monotonic()
        self._deadline = self._begun + self.limits.seconds

    def run(self):
        try:
            while self.process.poll() is None:
                self._drain()
                found = self._look()
                if found is not None:
                    self.end(*found)
                if self._ending.wait(INTERVAL if self.ready.is_set() else _STARTING):
                    self.process.wait()
        finally:
            self._close()

    def end(self, state, sentence):
        """Kill everything in the zone, at once; the first reason given is the one that counts."""
        with self._lock:
            self.reason = self.reason or (state, sentence)
            # The namespace's first process takes all others with it.
            if not self._ended:
                with contextlib.suppress(ProcessLookupError):
                    if self._boxed:
                        signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                    else:
                        os.killpg(self.first, signal.SIGKILL)
                self.group.kill()
                self._ending.set()

    def _look(self):
        """(state, sentence) of the first limit that is passed, or None."""
        limits = self.limits
        pids = processes.below(self.first)
        if self._kernel is not None:
            pids += [pid for pid in processes.below(self._kernel) if pid not in pids]
        cpu = self.group.cpu_seconds() if self.group else None
        self.cpu = max(self.cpu, processes.cpu_seconds(pids) if cpu is None else cpu)
        too_much = f"used more than {limits.memory:g} MiB of memory"
        if self.group:
            self.peak = max(self.peak, self.group.memory() / 2**20)
            if self.group.out_of_memory():
                self.peak = max(self.peak, limits.memory)
                return OUT_OF_MEMORY, too_much
        else:
            used = processes.resident(pids) / 2**20
            if used > limits.memory:  # counts shared pages twice: look again, more slowly
                used = processes.proportional(pids) / 2**20
            self.peak = max(self.peak, used)
            if used > limits.memory:
                return OUT_OF_MEMORY, too_much
            if processes.threads(pids) > limits.processes + 2:
                return CRASHED, f"started more than {limits.processes} processes"
        if processes.resident([os.getpid()]) - self._held_before > MOST_HELD * 2**20:
            return OUT_OF_MEMORY, f"sent more than {MOST_HELD} MiB in one message"
        if self._files() > MOST_FILES:
            return OUT_OF_MEMORY, f"wrote more than {MOST_FILES} files"
        if self.cpu - CORES * (time.monotonic() - self._begun) > CREDIT:
            processes.put_last(pids)
        if self.cpu > limits.cpu_seconds:
            return TIMED_OUT, f"computed for more than {limits.cpu_seconds:g} s"
        if time.monotonic() > self._deadline:
            return TIMED_OUT, f"took longer than {limits.seconds:g} s"
        return None

    def _files(self):
        """How many files there are below the zone's home, where this can be asked."""
        if not self.ready.is_set() or not self._boxed:
            return 0  # its root is this machine's
        try:
            there = os.statvfs(f"/proc/{self.first}/root/home")
        except OSError:
            return 0
        return there.f_files - there.f_ffree

    def _drain(self):
        """Read on what is written past the kernel: a full pipe would stop it. The last is kept."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(16):
                chunk = os.read(self._output, 65536)
                if not chunk:
                    break
                self.written = (self.written + chunk)[-_KEPT:]
        warm = self.written.partition(READY.encode())
        if not self.ready.is_set() and warm[1]:
            self.written = warm[2]  # a kernel's complaints at its start are no reason for its end
            self.ready.set()

    def outcome(self):
        """None while the zone lives, else (state, sentence)."""
        return self.reason if self.over.is_set() else None

    def interrupt(self):
        """Send SIGINT to the kernel: the child of the namespace's first process, or itself."""
        copied = [] if self._kernel is None else [self._kernel]
        for pid in copied or processes.children(self.first)[:1] or [self.first]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)

    def _close(self):
        self._drain()
        os.close(self._output)
        with self._lock:
            if self.reason is None:
                if self.group and self.group.out_of_memory():
                    self.peak = max(self.peak, self.limits.memory)
                    self.reason = (
                        OUT_OF_MEMORY,
                        f"used more than {self.limits.memory:g} MiB of memory",
                    )
                else:
                    self.reason = CRASHED, _how_it_died(self.process.returncode, self.written)
            if self._handle is not None:
                os.close(self._handle)
            self._ended = True
        self.group.remove()
        self.over.set()
        self.ready.set()


def _how_it_died(code, written):
    """What an exit code says; bubblewrap adds 128 to the number of a signal."""
    number = -code if code < 0 else code - 128
    try:
        sentence = f"the kernel was killed by {signal.Signals(number).name}"
    except ValueError:
        sentence = f"the kernel ended by itself with exit code {code}"
    lines = written.decode(errors="replace").strip().splitlines()
    return f"{sentence} ({lines[-1][:200]})" if lines and code else sentence
