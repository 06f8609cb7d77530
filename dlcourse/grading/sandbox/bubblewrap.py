"""The command line of bubblewrap: what a zone is made of."""

import functools
import os
import shutil
import sys
from pathlib import Path

from dlcourse.grading.sandbox import identity, libraries

HOME, WORK = "/home/student", "/home/student/work"
START, SUBMISSION, EXCHANGE, SOCKETS, DATA = (
    "/zone/start.py",
    "/zone/submission",
    "/zone/exchange",
    "/zone/sockets",
    "/zone/data",
)
PACKAGES, FORKING = "/zone/packages", "/zone/forking.py"
# Of the machine's own files: programs and shared libraries, and what these look up.
_SYSTEM = (
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/share/zoneinfo",
)
_LINKED = ("/bin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/nsswitch.conf")
_OWN = tuple(map(Path, (START, DATA, "/etc/passwd", "/dev/null", HOME)))
_DEVICES = ("null", "zero", "full", "random", "urandom")
PASSWD = f"student:x:{identity.NOBODY}:{identity.NOBODY}:student:{HOME}:/bin/sh\n"


def program():
    """bubblewrap's path, or None."""
    return shutil.which("bwrap")


@functools.cache
def interpreter():
    """The Python that this environment was made from: its own site-packages stay outside."""
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    path = Path(sys.base_prefix, "bin", name)
    return path if path.exists() else Path(getattr(sys, "_base_executable", sys.executable))


@functools.cache
def _system():
    """Options that show programs, shared libraries and Python, and hide its other packages."""
    options, shown = [], []
    for path in map(Path, _SYSTEM):
        if path.is_dir() and not path.is_symlink():
            shown.append(path)
    python = interpreter().resolve()
    for path in (python, Path(sys.base_prefix, "lib").resolve()):
        if not any(there in path.parents for there in shown):
            shown.append(path)
    for path in shown:
        options += ["--ro-bind", str(path), str(path)]
    if interpreter() != python and not any(there in interpreter().parents for there in shown):
        options += ["--symlink", str(python), str(interpreter())]
    for path in map(Path, _LINKED):
        if path.is_symlink():
            options += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    for path in _SETTINGS:
        if Path(path).exists():
            options += ["--ro-bind", str(Path(path).resolve()), path]
    masks = []
    for path in shown:
        if path.is_dir():
            masks += [*path.glob("python3*/site-packages"), *path.glob("python3*/dist-packages")]
    return tuple(options), tuple(masks)


def environment(search_path):
    """All that a zone knows of its surroundings. One thread: submissions run side by side."""
    return {
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{HOME}/.matplotlib",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": os.pathsep.join(map(str, search_path)),
        "TMPDIR": "/tmp",
        "USER": "student",
    }


def command(
    policy, exchange, sockets, submission, namespace, info, seccomp, passwd, program_inside=None
):
    """The whole command. exchange, sockets, submission: folders of this machine. namespace, info,
    seccomp, passwd: descriptors; namespace and seccomp may be None. program_inside: in the place
    of the zone's first program."""
    user, become = identity.options(namespace)
    options = [
        *user,
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--hostname", "sandbox"),
        *("--die-with-parent", "--new-session", "--clearenv", "--info-fd", str(info)),
        *view(policy),
        *("--perms", "0444", "--ro-bind-data", str(passwd), "/etc/passwd"),
    ]
    options += ["--ro-bind", str(exchange), EXCHANGE, "--ro-bind", str(sockets), SOCKETS]
    if submission is not None:
        options += ["--ro-bind", str(submission), SUBMISSION]
    options += ["--remount-ro", "/"]
    if seccomp is not None:
        options += ["--seccomp", str(seccomp)]
    inside = program_inside or [*_python(), START]
    return [program(), *options, "--chdir", HOME, "--", *become, *inside]


def template_command(policy, passwd, descriptor, preload):
    """The command of a Template: the files and libraries of a zone, and no namespace but of mounts,
    since it makes processes in the namespaces of others. preload: modules that it imports."""
    kept = ("SYS_ADMIN", "SYS_CHROOT", "SETUID", "SETGID", "SETPCAP")
    options = ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    for name in kept:
        options += ["--cap-add", f"CAP_{name}"]
    options += view(policy)
    options += ["--perms", "0444", "--ro-bind-data", str(passwd), "/etc/passwd"]
    options += ["--ro-bind", str(Path(__file__).with_name("forking.py")), FORKING]
    options += ["--remount-ro", "/"]
    return [
        program(),
        *options,
        "--chdir",
        "/",
        "--",
        *_python(),
        FORKING,
        str(descriptor),
        *preload,
    ]


def _python():
    return [str(interpreter()), "-s", "-P"]


def view(policy):
    """Options for what zones of a policy see of this machine, and for their environment."""
    return _view(policy.libraries, policy.hidden, policy.data, policy.limits.disk)


@functools.cache
def _view(allowed, hidden, data, disk):
    disk = str(int(disk * 2**20))
    shown = libraries.find(allowed, hidden)
    packages, search_path = libraries.place(shown, PACKAGES)
    system, masks = _system()
    options = []
    # One file system for all that is written, so that one size holds for it. bubblewrap makes the
    # root and every parent folder in memory too: they are closed below. It comes before the files
    # of Python, which on this machine may lie below a home.
    options += ["--size", disk, "--perms", "0755", "--tmpfs", str(Path(HOME).parent)]
    options += ["--perms", "0755", "--dir", "/dev"]
    for name, folder in (("/tmp", "/home/tmp"), ("/dev/shm", "/home/shm")):
        options += ["--perms", "1777", "--dir", folder, "--symlink", folder, name]
    options += ["--perms", "0777", "--dir", HOME]
    # Said for each: the mode that bubblewrap gives to a parent folder depends on what goes in it.
    for path in _parents({*map(Path, system[2::3])}, [*packages.values(), *_OWN]):
        options += ["--perms", "0755", "--dir", str(path)]
    options += system
    # Empty folders over the packages of this machine's Pythons.
    masked = [*masks, *(path for path in libraries.folders(shown) if _below(path, system))]
    for path in dict.fromkeys(masked):
        options += ["--perms", "0755", "--tmpfs", str(path), "--remount-ro", str(path)]
    for path, there in packages.items():
        options += ["--ro-bind", str(path), str(there)]
    options += ["--proc", "/proc"]
    for name in _DEVICES:
        options += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        options += ["--symlink", f"/proc/self/{target}", f"/dev/{name}"]
    options += ["--ro-bind", str(Path(__file__).with_name("inside.py")), START]
    if data is not None:
        options += ["--ro-bind", str(data), DATA, "--setenv", "DLCOURSE_DATA", DATA]
    for name, value in environment(search_path).items():
        options += ["--setenv", name, value]
    return tuple(options)


def _parents(system, shown):
    """All folders above these, outermost first, without those inside what the system shows."""
    found = {parent for path in (*system, *shown) for parent in path.parents} - {Path("/")}
    return sorted(
        path for path in found if not any(each in (path, *path.parents) for each in system)
    )


def _below(path, system):
    """Whether a folder lies in one that is shown whole."""
    return any(Path(shown) in path.parents for shown in system[1::3])
