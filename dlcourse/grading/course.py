"""The course on disk: nbgrader's configuration, its API, and what a homework asks for."""

import os
import re
import sqlite3
import sys
from collections import namedtuple
from contextlib import closing
from pathlib import Path

import nbformat
import nbgrader
from nbgrader.api import Base
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

CONFIG = "nbgrader_config.py"

# One graded cell: its id, the question it belongs to, its points, who marks it.
GradedCell = namedtuple("GradedCell", "id question points by_hand")


class CourseError(Exception):
    """Something that the person at the command line can mend; the message says how, in a line."""


def find_root(start=None):
    """The folder with nbgrader_config.py: `start` (default: the current folder) or one above it."""
    start = Path(start or ".").resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return folder
    raise CourseError(f"no {CONFIG} in {start} or above it: run this in the course's folder")


def load_config(root, course_root=None, **course):
    """nbgrader's configuration from `root`; for another course folder where one is given.

    course_root: a folder that takes the place of `root` for every file, the gradebook included.
    course: options of nbgrader's CourseDirectory that replace those of the file.
    """
    config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    config = Config(config)
    if course_root is not None:
        config.CourseDirectory.root = str(course_root)
        gradebook = Path(course_root) / "grades" / "gradebook.db"
        config.CourseDirectory.db_url = f"sqlite:///{gradebook}"
    config.CourseDirectory.update(course)
    return config


def configuration(root, output=None):
    """nbgrader's configuration; with the results in `output` where one is given."""
    if output is None:
        return load_config(root)
    output = Path(output).resolve()
    return load_config(
        root,
        output,
        autograded_directory="autograded",
        feedback_directory="feedback",
        db_url=f"sqlite:///{output / 'gradebook.db'}",
    )


def libraries(config, homework):
    """What a homework's student code may import, as configured; () for the sandbox's own list."""
    options = config.get("TwoZoneExecute", {})
    names = options.get("libraries_of", {}).get(homework) or options.get("libraries", ())
    return tuple(names) if isinstance(names, list | tuple) else ()


def open_api(config):
    """nbgrader's API for a configuration; the gradebook's folder is made if it is not there."""
    url = config.CourseDirectory.db_url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    # nbgrader starts `alembic` by name when it makes a gradebook: it stands beside this Python,
    # which an environment that was not activated has not on its path.
    scripts, path = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + path
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def make_gradebook(config):
    """Make the gradebook of a configuration where there is none, as nbgrader does.

    nbgrader starts a process to ask for the version that a later upgrade begins at: it takes
    seconds, and imports what is here already.
    """
    url = config.CourseDirectory.db_url
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or path.exists():
        return
    from alembic.script import ScriptDirectory  # not for `dlcourse check`, which needs no gradebook

    versions = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
    part = path.with_name(f"{path.name}.part")  # whole or not at all
    part.unlink(missing_ok=True)
    make_passing_gradebook(config, part)
    with closing(sqlite3.connect(part)) as db, db:
        db.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        db.execute("INSERT INTO alembic_version VALUES (?)", [versions.get_current_head()])
    part.replace(path)


def make_passing_gradebook(config, path=None):
    """Make the gradebook of a configuration for a course that lasts minutes, and is not upgraded.

    path: a file that takes its place.
    """
    path = Path(path or config.CourseDirectory.db_url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(bind=engine)
    engine.dispose()


def homeworks(root):
    """The names of the course's homework, sorted: the folders of solutions/ with a notebook."""
    return sorted(
        path.parent.name
        for path in (Path(root) / "solutions").glob("*/*.ipynb")
        if path.stem == path.parent.name
    )


def solution_path(root, homework):
    """The instructor's notebook of a homework; CourseError names those that there are."""
    path = Path(root) / "solutions" / homework / f"{homework}.ipynb"
    if not path.is_file():
        known = ", ".join(homeworks(root)) or "none"
        raise CourseError(f"no homework {homework!r} in solutions/; there are: {known}")
    return path


def graded_cells(notebook):
    """The graded cells of a notebook, in order, as GradedCell.

    A test cell is named after its question: `softmax-stability` belongs to `softmax`.
    """
    cells = []
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade"):
            name, by_hand = meta["grade_id"], bool(meta.get("solution"))
            cells.append(GradedCell(name, name.split("-")[0], float(meta["points"]), by_hand))
    return cells


def read_notebook(path):
    """A notebook, in the current format."""
    return nbformat.read(str(path), as_version=4)


def parse_notebook(data):
    """A notebook from the bytes of its file, in the current format."""
    return nbformat.reads(data.decode("utf-8"), as_version=4)


def write_notebook(notebook, path):
    """Write a notebook where `path` says."""
    nbformat.write(notebook, str(path))


def reason(outcome):
    """Why a call of nbgrader's API failed, in a line: the last exception that its log names.

    KeyboardInterrupt where somebody stopped it: nbgrader makes a failure of that.
    """
    lines = [line.strip() for line in (outcome.get("log") or "").splitlines()]
    if any(line.endswith("Canceled") for line in lines[-1:]):
        raise KeyboardInterrupt
    named = [
        line for line in lines if re.match(r"[\w.]*(Error|Exception|Undefined|NotFound)\b", line)
    ]
    return (named or [line for line in lines if line] or ["nbgrader gave no reason"])[-1]
