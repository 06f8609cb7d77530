"""Who a zone's processes are: nobody, on this side as well wherever that can be had.

A grader who is root maps two users into the zone's namespace: root, which sets the zone up, and
nobody, which runs the student's code. Without that, the student's code would be root to every file
and socket that it could reach, and the kernel never limits the number of root's processes. Another
user has one name to give, their own, and the zone shows it as nobody; unless this machine has lent
them more names (subordinate users, /etc/subuid): with these, a user's grader is the root of a user
namespace of their own, and all is as for root.
"""

import contextlib
import functools
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

NOBODY = 65534
_OWN_ROOT = ("unshare", "--user", "--map-root-user", "--map-auto", "--")


@functools.cache
def is_root():
    """Whether zones get a user of their own: tried, as a root without all powers cannot give it."""
    if os.name != "posix" or os.geteuid() != 0:
        return False
    if not all(shutil.which(tool) for tool in ("unshare", "setpriv")):
        return False
    try:
        with user_namespace():
            return True
    except OSError:
        return False


@functools.cache
def own_root(bubblewrap):
    """The words that run a command as root of a user namespace of the user's own, else none.

    bubblewrap: its path, or None. None are needed for root, and none can be had without it, without
    subordinate users, where a namespace brings no powers, or where nobody but the user may read
    what student code needs.
    """
    if os.name != "posix" or os.geteuid() == 0 or bubblewrap is None:
        return ()
    if not all(map(shutil.which, ("unshare", "setpriv", "newuidmap", "newgidmap"))):
        return ()
    if not all(map(_for_everybody, _needed())):
        return ()
    # As a zone is made: mounts, a process namespace, and nobody in it.
    zone = [bubblewrap, "--unshare-pid", "--bind", "/", "/", "--proc", "/proc", "--"]
    nobody = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", "true"]
    try:
        tried = subprocess.run([*_OWN_ROOT, *zone, *nobody], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return _OWN_ROOT if tried.returncode == 0 else ()


def _needed():
    """Files of each place from which a zone takes its Python: what holds for one of a place holds
    for the others, unless they were installed with care to the contrary."""
    found = map(importlib.util.find_spec, ("json", "ipykernel", "numpy", "dlcourse"))
    return [sys.executable, *(spec.origin for spec in found if spec is not None)]


def _for_everybody(path):
    """Whether others may read a file in its folder; the folders above are not shown in a zone."""
    modes = os.stat(path).st_mode, os.stat(Path(path).parent).st_mode
    return bool(modes[0] & stat.S_IROTH and modes[1] & stat.S_IROTH and modes[1] & stat.S_IXOTH)


@contextlib.contextmanager
def user_namespace():
    """A descriptor of a new user namespace that knows root and nobody; closed in the end."""
    holder = subprocess.Popen(
        ["unshare", "--user", "cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", os.defpath)},
    )
    try:
        with contextlib.suppress(BrokenPipeError):
            holder.stdin.write(b"\n")
            holder.stdin.flush()
        if not holder.stdout.readline():
            raise OSError(holder.stderr.read().decode(errors="replace").strip())
        for kind in ("uid", "gid"):
            with open(f"/proc/{holder.pid}/{kind}_map", "w") as file:
                file.write(f"0 0 1\n{NOBODY} {NOBODY} 1\n")
        descriptor = os.open(f"/proc/{holder.pid}/ns/user", os.O_RDONLY)
    finally:
        with contextlib.suppress(BrokenPipeError):
            holder.stdin.close()
        holder.stdout.close()
        holder.stderr.close()
        holder.wait()
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def options(descriptor):
    """bubblewrap's options, and what the zone's command is run by."""
    if descriptor is None:
        return ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)], []
    become = [
        *("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"),
        *("--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs"),
    ]
    keep = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return ["--userns", str(descriptor), *keep, "--cap-add", "CAP_SETPCAP"], become
