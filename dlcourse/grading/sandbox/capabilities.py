"""What this machine can enforce: tried once for each process, and said in sentences."""

import functools
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass

from dlcourse.grading.sandbox import bubblewrap, cgroup, filter, identity


@dataclass(frozen=True)
class Capabilities:
    """sandbox: whether student code can be locked in at all. reports: what to (enforced,
    sentence), in the order in which they matter."""

    sandbox: bool
    reports: dict

    def lines(self):
        return [f"{name}: {sentence}" for name, (_, sentence) in self.reports.items()]

    def advice(self):
        """Why student code cannot run here, and what to do, in one line."""
        return (
            f"student code would not be locked in here: {self.reports['namespaces'][1]}; "
            "--unsafe-no-sandbox runs it with all your rights"
        )


def counts_processes():
    """Whether the kernel's own limit on processes holds for a zone by itself.

    It never holds for root; and before Linux 5.14 it counts all that a user runs anywhere.
    """
    if identity.is_root():
        return True
    if not sys.platform.startswith("linux") or os.geteuid() == 0:
        return False
    return tuple(map(int, re.findall(r"\d+", platform.release())[:2])) >= (5, 14)


@functools.cache
def probe():
    """Try what a zone needs on this machine; takes some hundredths of a second."""
    namespaces = _namespaces()
    reports = {
        "namespaces": namespaces,
        "user": _user(),
        "system calls": _system_calls(),
        "memory": _memory(),
        "processes": _processes(),
    }
    return Capabilities(namespaces[0], reports)


def _user():
    if identity.is_root():
        return True, "student code runs as nobody"
    if os.name == "posix" and os.geteuid() == 0:
        return False, (
            "student code runs as root without root's powers; with the programs unshare and "
            "setpriv (package util-linux), or graded by another user, it would be nobody"
        )
    if identity.own_root(bubblewrap.program()):
        return True, (
            "student code runs as nobody (`dlcourse grade`), or as you, locked in by a user "
            "namespace (`nbgrader autograde`)"
        )
    return True, (
        "student code runs as you, locked in by a user namespace; with the programs of the package "
        "uidmap, and subordinate users in /etc/subuid, it would be nobody, and graded sooner"
    )


def _system_calls():
    if filter.program() is None:
        return False, "not filtered: libseccomp is missing (`sudo apt install libseccomp2`)"
    return True, "filtered by libseccomp"


def _memory():
    if cgroup.parents():
        return True, "limited by control groups, for all processes of a submission together"
    return True, (
        "limited by a watchdog that looks every 50 ms; control groups would be exact (on a "
        "machine with systemd, `systemd-run --user --pty dlcourse grade ...` has them)"
    )


def _processes():
    if {"pids", "unified"} & set(cgroup.parents()):
        return True, "limited by control groups"
    if counts_processes():
        return True, "limited by the system"
    return True, "limited by a watchdog that looks every 50 ms"


def _namespaces():
    """Start the smallest sandbox there is; (whether it works, a sentence)."""
    if not sys.platform.startswith("linux"):
        here = platform.system()
        return False, f"bubblewrap needs Linux, this is {here}: docker/README.md has a container"
    program = bubblewrap.program()
    if program is None:
        return False, "bubblewrap is missing (`sudo apt install bubblewrap`)"
    command = [program, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--", "true"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, f"bubblewrap cannot run ({type(error).__name__})"
    if result.returncode == 0:
        return True, "own user, process, network, IPC and mount namespaces by bubblewrap"
    return False, f"bubblewrap may not make namespaces ({_reason(result.stderr)}); {_cure()}"


def _reason(stderr):
    lines = stderr.strip().splitlines()
    return lines[-1].removeprefix("bwrap: ") if lines else "it says nothing"


def _cure():
    try:
        with open("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") as file:
            if file.read().strip() == "1":
                return (
                    "Ubuntu restricts them: give bwrap an AppArmor profile that has `userns,` "
                    "(package apparmor-profiles, bwrap-userns-restrict)"
                )
    except OSError:
        pass
    return (
        "in a container, start that with `--cap-add SYS_ADMIN --security-opt apparmor=unconfined "
        "--security-opt systempaths=unconfined`"
    )
