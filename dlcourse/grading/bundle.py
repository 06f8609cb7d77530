"""What went wrong with one submission, in a file that shows it again.

A bundle is the packed unit of work with what came of it beside: `dlcourse grade --bundle FILE`
grades it once more, on any machine that has the versions that it names. It holds the hidden tests:
it is for instructors.
"""

import io
import json
import zipfile
from pathlib import Path
from urllib.parse import quote

from dlcourse.grading import fingerprint, process
from dlcourse.grading.course import CourseError
from dlcourse.grading.journal import write
from dlcourse.grading.unit import Result, Unit, archive

_VERSIONS, _README = "versions.json", "README.txt"

_TEXT = """\
{homework}: {state}
{note}

Grade it again, within the same limits ({seconds:g} s, {memory:g} MiB):

    {command}

submission/     what was handed in
course.zip      the instructor's notebook, hidden tests included: hand this on to nobody
log.txt         what the grading process wrote
versions.json   the packages it ran with
"""


def path_of(folder, student):
    """Where a student's bundle lies. A name that no file can have is written with % codes."""
    return Path(folder) / "failures" / f"{quote(student, safe=' @+')}.zip"


def of_rows(folder, rows):
    """Student to bundle for the rows that have one."""
    paths = {row.student: path_of(folder, row.student) for row in rows}
    return {student: path for student, path in paths.items() if path.is_file()}


def command(path):
    """The command that grades the submission of a bundle again."""
    return (
        f'dlcourse grade --bundle "{path}"'
        if " " in str(path)
        else f"dlcourse grade --bundle {path}"
    )


def keep(path, unit, result):
    """Write the bundle of a packed Unit and its Result."""
    path.parent.mkdir(parents=True, exist_ok=True)
    limits = Unit.unpack(unit).limits
    text = _TEXT.format(
        homework=Unit.unpack(unit).homework,
        state=result.state,
        note=result.note,
        seconds=limits.seconds,
        memory=limits.memory,
        command=command(path.name),
    )
    with zipfile.ZipFile(io.BytesIO(unit)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts |= result.parts()
    parts[_VERSIONS] = json.dumps(fingerprint.environment(), indent=2).encode()
    parts[_README] = text.encode()
    write(path, archive(parts, zipfile.ZIP_DEFLATED))


def run(path):
    """Grade the submission of a bundle again; return (what it was, what it is), as Results.

    CourseError for a file that is no bundle.
    """
    try:
        packed = Path(path).read_bytes()
        unit, before = Unit.unpack(packed), Result.unpack(packed)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise CourseError(f"{path} is no bundle of dlcourse grade: {error}") from error
    return before, Result.unpack(process.run(unit.pack()))


def differing_versions(path):
    """The packages of a bundle that have another version here: lines of text."""
    with zipfile.ZipFile(path) as file:
        then = json.loads(file.read(_VERSIONS))
    now = fingerprint.environment()
    return [
        f"{name} was {then.get(name, 'absent')}, is {now.get(name, 'absent')}"
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    ]
