"""A zone's folders and sockets on this machine."""

import os
import socket
import tempfile
from pathlib import Path

from dlcourse.grading.sandbox.watch import MOST_FILES

_LONGEST = 70  # characters of a folder for Unix sockets, whose whole names may have 107


def listen(path):
    """A listening Unix socket at a path, for the zone's own user."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o666)  # the folder above lets nobody else through
    listener.listen(8)
    return listener


def check_size(folder, disk):
    """ValueError for a submission that would not fit on the zone's disk."""
    paths = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    size = sum(os.lstat(path).st_size for path in paths)
    if size > disk * 2**20 or len(paths) > MOST_FILES // 2:
        raise ValueError(
            f"the submission has {len(paths)} files of {size / 1e6:.0f} MB together, and the disk "
            f"of a zone {disk:g} MiB: take away what need not be handed in, or raise the limit"
        )


def open_folder(path):
    """Make a folder that a zone of another user can look into; the one above it lets none in."""
    path.mkdir(exist_ok=True)
    path.chmod(0o755)


def short_folder(workplace):
    """A new folder of this user's, in the workplace if socket names do not get too long there."""
    place = Path(workplace).resolve()
    place = place if len(str(place)) <= _LONGEST else None
    return Path(tempfile.mkdtemp(prefix="zone-", dir=place))
