"""Control groups: the kernel's own count of a zone's memory and processes, where it can be had.

Version 2 needs a group that is ours to divide (systemd gives one to a user's session); version 1 a
hierarchy that we may write to (root in many containers and virtual machines).
"""

import contextlib
import functools
import os
import signal
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_PREFIX = "dlcourse-zone-"


@functools.cache
def parents():
    """Folders to make a zone's groups in, by controller; empty where there are none."""
    own = dict(_own())
    unified = _unified(own)
    if unified is not None:
        return {"unified": unified}
    found = {}
    for controller in ("memory", "pids", "cpuacct"):
        if controller in own:
            folder = ROOT / controller / own[controller].lstrip("/")
            if _can_divide(folder, f"{_LIMIT[controller]}"):
                found[controller] = folder
    return found if "memory" in found else {}


_LIMIT = {"memory": "memory.limit_in_bytes", "pids": "pids.max", "cpuacct": "cpuacct.usage"}


def _own():
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(",") if controllers else ["unified"]:
            yield controller, path


def _unified(own):
    """The nearest folder at or above this process's own that hands memory and pids on."""
    if not (ROOT / "cgroup.controllers").is_file() or "unified" not in own:
        return None
    here = ROOT / own["unified"].lstrip("/")
    for folder in (here, *here.parents):
        if folder == ROOT.parent:
            return None
        try:
            handed_on = (folder / "cgroup.subtree_control").read_text().split()
        except OSError:
            return None
        if {"memory", "pids"} <= set(handed_on) and _can_divide(folder, "memory.max"):
            return folder
    return None


def _can_divide(folder, file):
    """Whether a group can be made here, limited and entered: tried, as permissions do not tell."""
    trial = folder / f"{_PREFIX}trial-{os.getpid()}"
    try:
        trial.mkdir()
    except OSError:
        return False
    try:
        return os.access(trial / file, os.W_OK) and os.access(trial / "cgroup.procs", os.W_OK)
    finally:
        with contextlib.suppress(OSError):
            trial.rmdir()


class Group:
    """One zone's control groups; `folders` are entered by whoever starts the zone."""

    def __init__(self, name, limits):
        self.folders = {}
        sweep()
        memory = int(limits.memory * 2**20)
        try:
            for controller, parent in parents().items():
                folder = parent / f"{_PREFIX}{os.getpid()}-{name}"
                folder.mkdir()
                self.folders[controller] = folder
                if controller == "unified":
                    _write(folder, "memory.max", memory)
                    _write(folder, "memory.swap.max", 0, needed=False)
                    _write(folder, "memory.oom.group", 1, needed=False)
                    _write(folder, "pids.max", limits.processes)
                elif controller == "memory":
                    _write(folder, "memory.limit_in_bytes", memory)
                    _write(folder, "memory.memsw.limit_in_bytes", memory, needed=False)
                elif controller == "pids":
                    _write(folder, "pids.max", limits.processes)
        except OSError:
            self.remove()
            raise

    def __bool__(self):
        return bool(self.folders)

    def memory(self):
        """Bytes that the zone holds, without what the page cache could give back."""
        folder = self.folders.get("unified")
        names = ("anon", "shmem") if folder else ("total_rss", "total_shmem")
        counts = _counts((folder or self.folders["memory"]) / "memory.stat")
        return sum(counts.get(name, 0) for name in names)

    def cpu_seconds(self):
        """Computing of all processes that ever were in the zone; None where nobody counts it."""
        if "unified" in self.folders:
            counts = _counts(self.folders["unified"] / "cpu.stat")
            return counts["usage_usec"] / 1e6 if "usage_usec" in counts else None
        if "cpuacct" in self.folders:
            return int((self.folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9
        return None

    def out_of_memory(self):
        """Whether the kernel had to end a process of the zone for its memory."""
        folder = self.folders.get("unified")
        if folder:
            return _counts(folder / "memory.events").get("oom_kill", 0) > 0
        return _counts(self.folders["memory"] / "memory.oom_control").get("oom_kill", 0) > 0

    def kill(self):
        """End every process in the group, also one that has left its family."""
        if "unified" in self.folders:
            _write(self.folders["unified"], "cgroup.kill", 1, needed=False)
        elif self.folders:
            with contextlib.suppress(OSError):
                for pid in (self.folders["memory"] / "cgroup.procs").read_text().split():
                    os.kill(int(pid), signal.SIGKILL)

    def remove(self):
        """Take the groups away; the processes that were in them have been killed."""
        deadline = time.monotonic() + 5
        for controller, folder in list(self.folders.items()):
            while True:
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    pass
                except OSError:
                    if time.monotonic() < deadline:
                        time.sleep(0.005)
                        continue
                    break
                del self.folders[controller]
                break


def _write(folder, name, value, needed=True):
    try:
        with open(folder / name, "r+") as file:
            file.write(str(value))
    except OSError:
        if needed:
            raise


def _counts(path):
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    return {key: int(value) for key, value in (line.split()[:2] for line in lines)}


@functools.cache
def sweep():
    """Take away the groups of graders that were killed; once for each process of ours."""
    for parent in parents().values():
        for folder in parent.glob(f"{_PREFIX}*"):
            owner = folder.name.removeprefix(_PREFIX).removeprefix("trial-").split("-")[0]
            if owner.isdigit() and not Path("/proc", owner).exists():
                with contextlib.suppress(OSError):
                    folder.rmdir()
