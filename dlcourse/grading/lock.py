"""One run at a time: whoever writes a gradebook holds its lock."""

import contextlib
import json
import os
import socket
import sys
import time

from dlcourse.grading.course import CourseError


@contextlib.contextmanager
def held(path, homework):
    """Hold the lock of a folder of grades; CourseError names the run that has it.

    The system lets go of it when this process ends, however it ends: nothing has to be removed
    after `kill -9`. What stands in the file is for people.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise CourseError(
            f"no grades can be written to {path.parent} ({error.strerror}): name another folder "
            "with --output"
        ) from None
    try:
        try:
            _lock(file)
        except OSError:
            raise CourseError(f"another run is at work {_owner(file)}: wait for its end") from None
        about = {"pid": os.getpid(), "host": socket.gethostname(), "homework": homework}
        about["since"] = time.strftime("%H:%M:%S")
        os.lseek(file, 0, os.SEEK_SET)
        os.ftruncate(file, 0)
        os.write(file, json.dumps(about).encode())
        yield
    finally:
        os.close(file)


def _owner(file):
    try:
        os.lseek(file, 0, os.SEEK_SET)
        about = json.loads(os.read(file, 4096))
        return (
            f"(process {about['pid']} on {about['host']}, {about['homework']}, "
            f"since {about['since']})"
        )
    except (OSError, ValueError, KeyError):
        return "in this folder"


if sys.platform == "win32":
    import msvcrt

    def _lock(file):
        os.lseek(file, 1 << 20, os.SEEK_SET)  # beyond the text, which others may read
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
