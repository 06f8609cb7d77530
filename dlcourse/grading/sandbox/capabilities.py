"""What this machine can enforce: tried once for each process, and said in sentences."""

import functools
import os
import platform
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
    release = platform.release().split(".")
    return tuple(int("".join(filter_digits(part)) or 0) for part in release[:2]) >= (5, 14)


def filter_digits(part):
    for character in part:
        if not character.isdigit():
            return
        yield character


@functools.cache
def probe():
    """Try what a zone needs on this machine; takes some hundredths of a second."""
    works, why = _namespaces()
    groups = cgroup.parents()
    reports = {
        "namespaces": (works, why),
        "user": (
            identity.is_root() or (os.name == "posix" and os.geteuid() != 0),
            "student code runs as nobody"
            if identity.is_root()
            else "student code runs as this user, cut off by the user namespace",
        ),
        "system calls": (
            filter.program() is not None,
            "filtered by libseccomp"
            if filter.program() is not None
            else "not filtered: libseccomp is missing (`sudo apt install libseccomp2`)",
        ),
        "memory": (
            True,
            "limited by control groups, for all processes of a submission together"
            if groups
            else "limited by a watchdog that looks every 50 ms; a control group would be exact "
            "(start the grader with `systemd-run --user --scope -p Delegate=yes`)",
        ),
        "processes": (
            True,
            "limited by control groups"
            if "pids" in groups or "unified" in groups
            else "limited by the system"
            if counts_processes()
            else "limited by the watchdog alone",
        ),
    }
    return Capabilities(works, reports)


def _namespaces():
    """Start the smallest sandbox there is; (whether it works, a sentence)."""
    if not sys.platform.startswith("linux"):
        return False, f"bubblewrap needs Linux, this is {platform.system()}: grade in the container"
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
        "in a container, start that with `--security-opt seccomp=unconfined "
        "--security-opt systempaths=unconfined --cap-add SYS_ADMIN`"
    )
