"""Who a zone's processes are: nobody, on this side as well wherever that can be had.

A grader who is root maps two users into the zone's namespace: root, which sets the zone up, and
nobody, which runs the student's code. Without that, the student's code would be root to every file
and socket that it could reach, and the kernel never limits the number of root's processes. Another
user has one name to give, their own, and the zone shows it as nobody.
"""

import contextlib
import functools
import os
import shutil
import subprocess

NOBODY = 65534


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
