"""`dlcourse audit`: does anything that goes out to students give an answer away?

Looks through the students' repository and through feedback pages for the text of solutions and
hidden tests, and for what betrays them by its nature: outputs, byte code, checkpoints, gradebooks,
metadata. Names the file, what it is, and where.
"""

import fnmatch
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading import course, history, secret_text, unwrap

# Where the things lie that go out, where no path is given.
USUAL = ("assignments", "dist/handout", "grades/feedback")
# Names that no file or folder of a hand-out has; what they are.
NAMES = {
    "__pycache__": "byte code",
    "*.py[cod]": "byte code",
    ".ipynb_checkpoints": "a checkpoint",
    "*-checkpoint.ipynb": "a checkpoint",
    "solutions": "the solutions' folder",
    "banks": "the bank's folder",
    "submitted": "submissions",
    "autograded": "graded submissions",
    "feedback": "feedback",
    "grades": "grades",
    "grades.csv": "grades",
    "*.db": "a gradebook",
    "*.sqlite*": "a database",
    "journal*.jsonl": "a grading journal",
}
_NOTEBOOK = {"kernelspec", "language_info"}
_CELL = {"deletable", "editable", "jupyter", "mystnb", "nbgrader", "tags"}
_NBGRADER = {
    "cell_type",
    "checksum",
    "grade",
    "grade_id",
    "locked",
    "points",
    "remove",
    "schema_version",
    "solution",
    "task",
}


@dataclass(frozen=True)
class Finding:
    """One thing that gives something away. where: in the file; text: what was found, cut short."""

    path: str
    what: str
    where: str = ""
    text: str = ""

    def __str__(self):
        parts = [f"{self.path}: {self.what}", self.where and f"in {self.where}", self.text]
        return ", ".join(part for part in parts if part)


def add_arguments(parser):
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        help=f"files and folders that go out (default: {', '.join(USUAL)})",
    )


def run(args):
    try:
        root = course.find_root()
        secrets = secrets_of(root)
        paths = args.paths or [root / name for name in USUAL if (root / name).exists()]
        absent = [str(path) for path in paths if not path.exists()]
        if absent or not paths:
            raise course.CourseError(f"nothing to look at: no {' or '.join(absent or USUAL)}")
        found = audit(paths, secrets)
    except course.CourseError as error:
        print(f"dlcourse audit: {error}", file=sys.stderr)
        return 2
    for finding in found:
        print(finding)
    shown = ", ".join(map(str, paths))
    files = sum(1 for path in paths for _ in _files(path))
    print(
        f"{len(found)} findings in {files} files of {shown}" if found else f"clean: {files} files"
    )
    return 1 if found else 0


def secrets_of(root):
    """The secrets of a course; CourseError where it has none, and an audit would say nothing."""
    secrets = secret_text.of_course(root)
    if not secrets.regions:
        raise course.CourseError(f"solutions/ in {root} holds no solution: nothing to look for")
    return secrets


def audit(paths, secrets):
    """All findings in files and folders, each once, in the order of the paths.

    What a student wrote may stand on their own feedback page: GRADES/feedback/STUDENT/HOMEWORK/ is
    compared with what lies for them in the same GRADES.
    """
    found = []
    for top in map(Path, paths):
        for path in _files(top):
            name = path.relative_to(top).as_posix() if top.is_dir() else path.name
            is_page = _is_feedback(path)
            own = _own_text(path) if is_page else ""
            if path.is_symlink():
                found.append(Finding(str(path), "a link, which is no part of a hand-out"))
                continue
            data = path.read_bytes()
            if not is_page:
                found += [Finding(str(path), what) for what in _betraying_names(name)]
                found += _in_notebook(str(path), data) if path.suffix == ".ipynb" else []
            found += _in_text(str(path), name, data, secrets, own)
        if (top / ".git").exists():
            for name, data in history.blobs(top):
                where = f"{top} (history)/{name}"
                found += [Finding(where, what) for what in _betraying_names(name)]
                found += _in_text(where, name, data, secrets, "")
    return list(dict.fromkeys(found))


def _files(top):
    """The files below a path, sorted; of a repository, not git's own."""
    if not top.is_dir():
        return [top]
    return sorted(
        path
        for path in top.rglob("*")
        if (path.is_file() or path.is_symlink()) and ".git" not in path.relative_to(top).parts
    )


def _betraying_names(name):
    """What the parts of a path are by their names, once each."""
    parts = name.split("/")
    return dict.fromkeys(
        what for part in parts for pattern, what in NAMES.items() if fnmatch.fnmatch(part, pattern)
    )


def _in_text(path, name, data, secrets, own):
    """Secrets in any text that a file holds. own: what the student wrote whose page this is."""
    for where, text in unwrap.texts(name, data):
        shown = where.removeprefix(name).strip(" :,")
        border = secret_text.marker(text) if name.endswith((".ipynb", ".html", ".md")) else None
        if border and border not in own:
            yield Finding(path, "a border of a hidden region", shown, border)
        if ": " in where and not text:  # a member of an archive
            for what in _betraying_names(where.rpartition(": ")[2]):
                yield Finding(path, what, shown)
        for region, line in secrets.find(text, own):
            cut = line if len(line) <= 60 else f"{line[:60]} ..."
            yield Finding(path, region.what, shown, cut)


def _in_notebook(path, data):
    """Outputs, counts and metadata that a notebook which goes out does not have."""
    try:
        nb = json.loads(data)
        cells = nb["cells"]
    except (ValueError, KeyError, TypeError):
        yield Finding(path, "not a notebook that can be read")
        return
    for key in sorted(nb.get("metadata", {}).keys() - _NOTEBOOK):
        yield Finding(path, f"metadata {key!r} of the notebook")
    for number, cell in enumerate(cells, start=1):
        meta = cell.get("metadata", {})
        grader = meta.get("nbgrader", {})
        where = grader.get("grade_id") or cell.get("id") or f"cell {number}"
        if cell.get("outputs"):
            yield Finding(path, "an output", where)
        if cell.get("execution_count") is not None:
            yield Finding(path, "an execution count", where)
        for key in sorted(meta.keys() - _CELL) + sorted(grader.keys() - _NBGRADER):
            yield Finding(path, f"metadata {key!r}", where)


def _is_feedback(path):
    """Tell whether a file is a student's page: FEEDBACK/STUDENT/HOMEWORK/PAGE.html."""
    parts = path.resolve().parts
    return path.suffix == ".html" and len(parts) > 4 and parts[-4] == "feedback"


def _own_text(path):
    """What the student of a feedback page wrote, from the graded copy or what was handed in."""
    homework, student, _, grades = path.resolve().parents[:4]
    for step in ("autograded", "submitted"):
        path = grades / step / student.name / homework.name / f"{homework.name}.ipynb"
        if path.is_file():
            try:
                nb = course.read_notebook(path)
            except Exception:  # a submission may be anything
                continue
            return "\n".join(cell.source for cell in nb.cells if not _is_locked(cell))
    return ""


def _is_locked(cell):
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta) and not meta.get("solution")
