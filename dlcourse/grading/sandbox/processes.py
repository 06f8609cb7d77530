"""Looking at a zone's processes from outside, through /proc: they are all below its first one."""

import contextlib
import os
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def below(pid):
    """A process and all its descendants. Orphans go to the first process of their namespace, so
    that nothing in a zone leaves this tree."""
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        waiting += children(each)
    return found


def children(pid):
    """The children of all threads of a process."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    except OSError:
        pass  # it ended between the two looks
    return found


def resident(pids):
    """Bytes in memory, what processes share counted for each: cheap, and never too little."""
    total = 0
    for pid in pids:
        numbers = _read(f"/proc/{pid}/statm").split()
        total += int(numbers[1]) * _PAGE if len(numbers) > 1 else 0
    return total


def proportional(pids):
    """Bytes in memory, what processes share divided among them."""
    total = 0
    for pid in pids:
        for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def cpu_seconds(pids):
    """Computing of these processes and of those children that they have waited for."""
    total = 0
    for pid in pids:
        numbers = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        total += sum(map(int, numbers[11:15])) if len(numbers) > 14 else 0
    return total / _TICK


def threads(pids):
    """How many threads these processes have together."""
    total = 0
    for pid in pids:
        numbers = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        total += int(numbers[17]) if len(numbers) > 17 else 0
    return total


def put_last(pids):
    """Let all threads of these processes compute when nobody else does; nothing in a zone may take
    that back."""
    for pid in pids:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.setpriority(os.PRIO_PROCESS, int(thread), 19)


def _read(path):
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
