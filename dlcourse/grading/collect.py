"""What a class handed in: found, looked at from outside, and read without trust.

A submission is a stranger's folder. Nothing here follows a link, opens what is no regular file,
unpacks more than it announced, or believes a name. What cannot be taken is a submission with a
`problem`: a sentence that its student can act on.
"""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading import zipped
from dlcourse.grading.unit import MOST_BYTES, MOST_FILES, Malformed, inside

_CANVAS = re.compile(r"(?P<student>.+?)(?:_LATE)?_\d+_\d+_.+")
# A folder each, or all files in one: `Ann Ox_4711_assignsubmission_file_hw1.zip`.
_MOODLE = re.compile(r"(?P<student>.+)_assignsubmission_file_?")
_MOODLE_FILE = re.compile(r"(?P<student>.+)_assignsubmission_file_.+")
# nbgrader finds a student by a pattern of file names, and keeps 128 letters of an id.
_UNUSABLE = re.compile(r"[*?\[\]\x00-\x1f\x7f/\\]|^\s|\s$|^.{129}|[\ud800-\udfff]")


@dataclass(frozen=True)
class Submission:
    """One student's submission. path: a folder, a notebook or a zip file, or several of them."""

    student: str
    homework: str
    paths: tuple

    def read(self):
        """Its files, path to bytes; Malformed says why there are none."""
        if len(self.paths) > 1:
            names = " and ".join(sorted(path.name for path in self.paths))
            raise Malformed(f"handed in more than once ({names}): hand in one of them")
        (path,) = self.paths
        kind = path.lstat().st_mode
        if stat.S_ISLNK(kind):
            raise Malformed(f"{path.name} is a link: hand in the files themselves")
        try:
            if stat.S_ISDIR(kind):
                files = _read_folder(path)
            elif path.suffix == ".zip":
                files = zipped.read(_read_file(path, MOST_BYTES), self.homework)
            elif path.suffix == ".ipynb":
                files = {f"{self.homework}.ipynb": _read_file(path, MOST_BYTES)}
            else:
                raise Malformed(f"{path.name} is not a folder: hand in {self.homework}.ipynb")
        except OSError as error:
            name = Path(error.filename or path).name
            raise Malformed(f"{name} cannot be read ({error.strerror}): hand in again") from error
        return files


def collect(folder, homework):
    """The submissions below a folder, sorted by student, and what was passed over and why.

    Taken are STUDENT/HOMEWORK/ (nbgrader), STUDENT/ with notebooks or one zip file in it (Moodle's
    suffix is left out of the name), and STUDENT.ipynb, STUDENT_HOMEWORK.ipynb or the same as .zip
    (Moodle's suffix and Canvas's numbers are left out of the name). Returns Submissions and pairs
    (name, reason).
    """
    found, passed = {}, []
    entries = os.scandir(folder) if os.path.isdir(folder) else ()
    for entry in sorted(entries, key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        student, source = _whose(path, entry.is_dir(follow_symlinks=False), homework)
        if source is None:
            passed.append((_printable(entry.name), student))
        elif _UNUSABLE.search(student):
            reason = "nbgrader has no students of this name: rename it"
            passed.append((_printable(entry.name), reason))
        else:
            found.setdefault(student, []).append(source)
    students = sorted(found)
    return [Submission(name, homework, tuple(found[name])) for name in students], passed


def _whose(path, is_folder, homework):
    """Whose submission a path is and where it lies; a reason and None where it is nobody's."""
    inner = path / homework
    if os.path.lexists(inner):
        return path.name, (path if path.is_symlink() else inner)
    if is_folder:
        return _in_folder(path, homework)
    if path.suffix not in (".ipynb", ".zip"):
        return "neither a folder nor a notebook nor a zip file", None
    exported = _MOODLE_FILE.fullmatch(path.stem) or _CANVAS.fullmatch(path.stem)
    student = (
        exported["student"] if exported else re.sub(rf"[_-]{re.escape(homework)}$", "", path.stem)
    )
    if student == homework:
        return "whose it is does not stand in its name", None
    return student, path


def _in_folder(path, homework):
    """The same for a folder of a student in which the files lie directly."""
    moodle = _MOODLE.fullmatch(path.name)
    student = moodle["student"] if moodle else path.name
    try:
        names = [entry.name for entry in os.scandir(path)]
    except OSError:
        return student, path  # reading it says what is wrong
    zips = [name for name in names if name.endswith(".zip")]
    if any(name.endswith(".ipynb") for name in names):
        return student, path
    if len(zips) == 1:
        return student, path / zips[0]
    if moodle:
        return student, path
    return f"nothing for {homework} in it", None


def _read_folder(folder):
    files, left = {}, MOST_BYTES
    for path in _walk(folder):
        data = _read_file(path, left)
        left -= len(data)
        try:
            name = inside(path.relative_to(folder).as_posix())
            name.encode()
        except ValueError:
            shown = _printable(path.name)
            raise Malformed(
                f"{shown} has a name that is no good: rename it and hand in again"
            ) from None
        files[name] = data
    return files


def _walk(folder):
    """The files of a folder that may belong to a submission; Malformed where there is more."""
    count, waiting = 0, [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name == "__pycache__":
                    continue
                count += 1
                if count > MOST_FILES:
                    raise Malformed(
                        f"more than {MOST_FILES} files: hand in the notebook and what it reads"
                    )
                if entry.is_symlink():
                    raise Malformed(
                        f"{_printable(entry.name)} is a link: hand in the files themselves"
                    )
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                else:
                    yield Path(entry.path)


def _read_file(path, most):
    """The bytes of a regular file. Opened first and looked at then: it cannot be exchanged."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    if not stat.S_ISREG(path.lstat().st_mode):  # to open a device may do something
        raise Malformed(f"{_printable(path.name)} is no regular file: remove it and hand in again")
    with open(os.open(path, flags), "rb") as file:
        size = os.fstat(file.fileno())
        if not stat.S_ISREG(size.st_mode):
            raise Malformed(f"{_printable(path.name)} is no regular file: remove it")
        data = file.read(most + 1)
    if len(data) > most:
        raise Malformed(
            f"{_printable(path.name)} makes the submission larger than {MOST_BYTES / 1e6:.0f} MB: "
            "clear all outputs, leave out what can be downloaded, and hand in again"
        )
    return data


def _printable(name):
    """A name as it may be shown: what is no letter is written out."""
    return name if name.isprintable() else ascii(name)[1:-1]
