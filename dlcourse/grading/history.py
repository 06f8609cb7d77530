"""What a git repository still holds of files that were changed or removed."""

import shutil
import subprocess

from dlcourse.grading import course


def blobs(folder):
    """Yield (path, bytes) for every version of every file that a repository's history holds.

    folder: the repository's own. CourseError where git is not there to ask.
    """
    if shutil.which("git") is None:
        raise course.CourseError(f"{folder} has a history, and git is not installed to read it")
    listed = _git(folder, "rev-list", "--objects", "--all").decode("utf-8", "replace")
    names = dict(line.split(" ", 1) for line in listed.splitlines() if " " in line)
    asked = "".join(f"{name}\n" for name in names).encode()
    answer = _git(folder, "cat-file", "--batch", given=asked)
    start = 0
    while start < len(answer):
        end = answer.index(b"\n", start)
        name, kind, size = answer[start:end].decode().split(" ")
        data = answer[end + 1 : end + 1 + int(size)]
        start = end + 2 + int(size)
        if kind == "blob":
            yield names[name], data


def _git(folder, *arguments, given=b""):
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], input=given, capture_output=True, check=False
    )
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise course.CourseError(f"git cannot read the history of {folder}: {reason}")
    return done.stdout
