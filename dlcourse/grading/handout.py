"""`dlcourse handout`: the students' repository, made from an allow-list.

Lectures, homework, the package, and what it takes to set up; of the grading only what `dlcourse
check` and `dlcourse pack` need. No solutions, no banks, no tests with answers, no history. The
same course gives the same files, and `dlcourse audit` looks at them before anybody else does.
"""

import os
import re
import sys
from pathlib import Path

from dlcourse.grading import assignments, audit, course, handed_out
from dlcourse.version import __version__

FILES = (
    "CITATION.cff",
    "LICENSE",
    "LICENSE-text",
    "constraints.txt",
    "tools/create_environment.py",
    "tools/find_python.sh",
    "tools/pip_errors.py",
)
# folder -> the endings of the files that are taken, from it and from below it
FOLDERS = {
    "lectures": (".ipynb", ".png", ".jpg", ".jpeg", ".svg", ".csv", ".npz", ".txt"),
    "dlcourse": (".py", ".css", ".html", ".js", ".npz", ".csv", ".txt"),
}
# What students get of dlcourse.grading.
GRADING = (
    "__init__",
    "check",
    "checks",
    "course",
    "fresh_run",
    "handed_out",
    "pack",
    "questions",
    "restore",
    "verdict",
)
_TEMPLATES = Path(__file__).parent / "templates" / "handout"
_IGNORED = ".venv/\n__pycache__/\n*.egg-info/\n.ipynb_checkpoints/\n*.zip\n"
# Validate then has the grading's patience, and so the grading's verdict.
_CONFIG = """\
\"\"\"How long JupyterLab's Validate waits for a cell: as long as the grading does.\"\"\"

c = get_config()  # noqa: F821

c.Execute.timeout = {seconds}
"""
_SKIPPED = {"__pycache__", ".ipynb_checkpoints"}


def add_arguments(parser):
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("dist/handout"),
        help="where it goes (default: dist/handout)",
    )
    parser.add_argument(
        "--homework",
        nargs="+",
        metavar="HW",
        help="hand out these alone (default: all that solutions/ has); the folder comes before it",
    )


def run(args):
    try:
        root = course.find_root()
        names = args.homework or course.homeworks(root)
        files = collect(root, names)
        written, removed = write(args.folder, files, notebooks(files, names))
        found = audit.audit([args.folder], audit.secrets_of(root))
    except (course.CourseError, OSError) as error:
        print(f"dlcourse handout: {error}", file=sys.stderr)
        return 2
    for finding in found:
        print(f"dlcourse handout: {finding}", file=sys.stderr)
    if found:
        print("dlcourse handout: do not publish this: it gives something away", file=sys.stderr)
        return 1
    print(
        f"{args.folder}: {len(files)} files ({written} new or changed, {removed} removed), "
        f"homework: {', '.join(names)}. The audit found nothing that gives an answer away."
    )
    return 0


def collect(root, names):
    """The files of the students' repository, path to bytes.

    names: the homework that is handed out, made from its solution. CourseError where assignments/
    is not what solutions/ gives.
    """
    root = Path(root)
    files = {name: (root / name).read_bytes() for name in FILES}
    for folder, endings in FOLDERS.items():
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and path.suffix in endings and _is_for_students(path, name):
                files[name] = path.read_bytes()
    for name in names:
        made = assignments.generate(root, name)
        present = root / "assignments" / name / f"{name}.ipynb"
        if not present.is_file() or present.read_bytes() != made[f"{name}.ipynb"]:
            raise course.CourseError(
                f"assignments/{name} is not what solutions/{name} gives: run `dlcourse "
                "assignments`, look at it, and hand out again"
            )
        files |= {f"assignments/{name}/{part}": data for part, data in made.items()}
    for name in ("pyproject.toml", "environment.yml"):
        text = (root / name).read_text(encoding="utf-8")
        shorten = for_students if name == "pyproject.toml" else without_dev
        files[name] = shorten(text).encode()
    files |= {path.name: path.read_bytes() for path in sorted(_TEMPLATES.iterdir())}
    files[".gitignore"] = _IGNORED.encode()
    seconds = course.load_config(root).Execute.timeout
    files[course.CONFIG] = _CONFIG.format(seconds=seconds).encode()
    return files


def notebooks(files, names):
    """The homework's notebooks among the files, by name."""
    return {
        name: course.parse_notebook(files[f"assignments/{name}/{name}.ipynb"]) for name in names
    }


def write(folder, files, homework):
    """Bring a folder to hold these files; return how many were written and how many removed.

    homework: name to notebook, for the list of cells. What an earlier hand-out put there and this
    one does not have is removed; other files, `.git` among them, stay. CourseError for a folder
    that holds something and no hand-out.
    """
    folder = Path(folder)
    if folder.is_file():
        raise course.CourseError(f"{folder} is a file: name a folder")
    before = handed_out.read(folder) if (folder / handed_out.NAME).is_file() else None
    strange = [path.name for path in folder.glob("*") if path.name != ".git"]
    if before is None and strange:
        raise course.CourseError(
            f"{folder} holds other files ({min(strange)}, ...): name an empty folder, or the one "
            "of an earlier hand-out"
        )
    written = 0
    for name, data in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            written += 1
        if name.endswith(".sh"):
            path.chmod(0o755)
    gone = [name for name in (before or {"files": ()})["files"] if name not in files]
    removed = sum(_remove(folder, name) for name in gone)
    handed_out.write(folder, __version__, files, homework)
    return written, removed


def _remove(folder, name):
    """Remove a file of an earlier hand-out, and its folders where they are empty then."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        return 0
    path.unlink()
    for parent in path.parents:
        if parent == folder or any(parent.iterdir()):
            break
        os.rmdir(parent)
    return 1


def _is_for_students(path, name):
    if _SKIPPED & set(path.parts):
        return False
    return not name.startswith("dlcourse/grading/") or name in _GRADING_FILES


_GRADING_FILES = {f"dlcourse/grading/{module}.py" for module in GRADING}


def for_students(pyproject):
    """pyproject.toml without what the course's authors need: `dev`, and the tools' settings.

    >>> print(for_students('[project]\\nname = "a"\\n[tool.ruff]\\nline-length = 100\\n'), end="")
    [project]
    name = "a"
    """
    kept, table = [], ""
    for line in pyproject.splitlines(keepends=True):
        head = re.match(r"\[+([\w.-]+)\]+", line)
        table = head.group(1) if head else table
        if table.split(".")[0] != "tool" or table.startswith("tool.hatch"):
            kept.append(line)
    return re.sub(r"(?ms)^(dev|cluster) = \[.*?\]\n", "", "".join(kept))


def without_dev(environment):
    """environment.yml up to what the course's authors need.

    >>> without_dev("name: a\\n  # core\\n  - numpy\\n  # dev\\n  - ruff\\n")
    'name: a\\n  # core\\n  - numpy\\n'
    """
    return re.split(r"(?m)^\s*# dev\b", environment)[0]
