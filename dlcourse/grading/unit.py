"""The unit of work: one submission with all that it takes to grade it, as bytes.

Bytes go in and bytes come out, so that the same unit runs in a process of this machine, on a
machine that shares nothing with it but an installed dlcourse, or again from a file a month later.
Nobody's name is in it: whoever sends a unit knows whose it is.
"""

import ast
import io
import json
import tempfile
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from dlcourse.grading import alone, assignments, course

GRADED, AWAITING = "graded", "graded and awaiting hand marks"
STATES = (
    GRADED,
    AWAITING,
    "timed out",
    "out of memory",
    "crashed",
    "malformed",
    "grader error",
)
# What a submission may hold, all its files together.
MOST_FILES, MOST_BYTES = 200, 50_000_000
SUBMITTED = "submission"  # the student, and the folder of the files, as the process knows them

_UNIT, _COURSE, _RESULT, _NOTEBOOK, _LOG = (
    "unit.json",
    "course.zip",
    "result.json",
    "graded.ipynb",
    "log.txt",
)


class Malformed(Exception):
    """A submission cannot be taken as this homework; the message tells the student what to do."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use, all its cells together. seconds: s. memory: MiB resident."""

    seconds: float = 300.0
    memory: float = 2048.0

    def __post_init__(self):
        for name, value in asdict(self).items():
            if not value > 0:
                raise ValueError(f"a limit on {name} must be above 0, got {value:g}")


@dataclass(frozen=True)
class Unit:
    """One submission to grade. files: path to bytes. course: what course_archive made of it.

    key: the hash of all that decides the result (fingerprint.key). sandbox: False only where the
    instructor accepts that student code runs unconfined. preload: names of modules that the tests
    import: they may be imported ahead, once for many submissions. libraries: what student code may
    import, empty for the sandbox's own list: kernels may be made ahead that have imported it.
    """

    homework: str
    key: str
    files: dict
    course: bytes
    limits: Limits = field(default_factory=Limits)
    sandbox: bool = True
    preload: tuple = ()
    libraries: tuple = ()

    def pack(self):
        """The unit as bytes."""
        head = {
            "homework": self.homework,
            "key": self.key,
            "limits": asdict(self.limits),
            "sandbox": self.sandbox,
            "preload": self.preload,
            "libraries": self.libraries,
        }
        parts = {_UNIT: json.dumps(head).encode(), _COURSE: self.course}
        parts |= {f"{SUBMITTED}/{name}": data for name, data in self.files.items()}
        return archive(parts)

    @classmethod
    def unpack(cls, packed):
        """The unit that `pack` made bytes of, also out of a bundle; ValueError for other bytes."""
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as file:
                head = json.loads(file.read(_UNIT))
                files = {
                    inside(name.removeprefix(f"{SUBMITTED}/")): file.read(name)
                    for name in file.namelist()
                    if name.startswith(f"{SUBMITTED}/")
                }
                head["limits"] = Limits(**head["limits"])
                head["preload"] = tuple(head["preload"])
                head["libraries"] = tuple(head.get("libraries", ()))
                return cls(**head, files=files, course=file.read(_COURSE))
        except (zipfile.BadZipFile, KeyError, TypeError) as error:
            raise ValueError(f"this is no unit of grading: {error}") from error

    def lay_out(self, folder):
        """Write the course into `folder` and the submission into a folder below it."""
        with zipfile.ZipFile(io.BytesIO(self.course)) as file:
            file.extractall(folder)
        for name, data in self.files.items():
            path = folder / SUBMITTED / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (folder / SUBMITTED).mkdir(exist_ok=True)


@dataclass(frozen=True)
class Result:
    """How grading one unit ended.

    state: of STATES, never AWAITING (the gradebook knows what waits for a person). note: a line;
    what a terminal would obey is written out, since it may quote the name of a file. marks: graded
    cell to automatic points, None where a person marks it. notebook: the graded one, as bytes, or
    None. seconds: s. memory: MiB, the peak of the student's zone (of all processes together where
    there was none). log: what the process wrote.
    """

    state: str
    note: str
    seconds: float = 0.0
    memory: float = 0.0
    marks: dict = field(default_factory=dict)
    notebook: bytes | None = None
    log: str = ""

    def __post_init__(self):
        object.__setattr__(self, "note", printable(" ".join(self.note.split())))

    def pack(self):
        """The result as bytes."""
        return archive(self.parts())

    def parts(self):
        """The files that the result consists of, by name."""
        head = {"state": self.state, "note": self.note, "marks": self.marks}
        head |= {"seconds": self.seconds, "memory": self.memory}
        parts = {_RESULT: json.dumps(head).encode(), _LOG: self.log.encode("utf-8", "replace")}
        return parts if self.notebook is None else parts | {_NOTEBOOK: self.notebook}

    @classmethod
    def unpack(cls, packed):
        """The result that `pack` made bytes of."""
        with zipfile.ZipFile(io.BytesIO(packed)) as file:
            notebook = file.read(_NOTEBOOK) if _NOTEBOOK in file.namelist() else None
            log = file.read(_LOG).decode("utf-8")
            return cls(**json.loads(file.read(_RESULT)), notebook=notebook, log=log)


def course_archive(root, homework):
    """A course that knows this homework and nobody, as the bytes of a zip file.

    Holds nbgrader's configuration, the instructor's folder of the homework, and a gradebook with
    its cells: to make one costs more than to grade a small submission, so it is made once.
    """
    source = course.solution_path(root, homework).parent
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as place:
        folder = Path(place).resolve()
        assignments.copy_source(source, folder / "solutions" / homework)
        config = course.load_config(root, folder)
        course.make_passing_gradebook(config)
        assignments.record(course.open_api(config), homework)
        parts = {course.CONFIG: (Path(root) / course.CONFIG).read_bytes()}
        parts[alone.FACTS] = alone.facts(config.CourseDirectory.db_url, homework)
        for part in ("solutions", "grades"):
            for path in sorted((folder / part).rglob("*")):
                if path.is_file():
                    parts[path.relative_to(folder).as_posix()] = path.read_bytes()
        return archive(parts)


def imports(solution):
    """The modules that the locked cells of the instructor's notebook import, sorted."""
    found = set()
    for cell in solution.cells:
        if cell.cell_type != "code" or not cell.metadata.get("nbgrader", {}).get("locked"):
            continue
        try:
            nodes = list(ast.walk(ast.parse(cell.source)))
        except SyntaxError:  # a magic of IPython
            continue
        for node in nodes:
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module)
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(sorted(found))


def archive(parts, compression=zipfile.ZIP_STORED):
    """A zip file with these parts, name to bytes, as bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return buffer.getvalue()


def printable(text):
    """The text with what a terminal would obey written out; lines stay lines.

    >>> print(printable("all clear\\x1b[2J\\nand on"))
    all clear\\x1b[2J
    and on
    """
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def inside(name):
    """The name of a file below a folder, as it was; ValueError where it could lead out of it.

    >>> inside("data/points.csv")
    'data/points.csv'
    >>> inside("../gradebook.db")
    Traceback (most recent call last):
    ...
    ValueError: '../gradebook.db' leads out of its folder
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise ValueError(f"{name!r} leads out of its folder")
    if ":" in parts[0]:  # C:file on Windows
        raise ValueError(f"{name!r} leads out of its folder")
    return name
