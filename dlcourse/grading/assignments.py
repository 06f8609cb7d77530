"""`dlcourse assignments`: the student's homework, generated from the instructor's.

nbgrader's own generate_assignment clears the solutions and hidden tests. It runs in a temporary
course with a gradebook of its own, so that a real class's gradebook is never touched, and what it
writes is put into one form: the same input gives the same bytes.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import nbformat

from dlcourse.grading import course


def add_arguments(parser):
    parser.add_argument("homework", nargs="*", help="which homework (default: all)")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit with 1 if assignments/ is not what solutions/ gives",
    )


def run(args):
    try:
        root = course.find_root()
        names = args.homework or course.homeworks(root)
        differing = [path for name in names for path in update(root, name, write=not args.check)]
    except course.CourseError as error:
        print(f"dlcourse assignments: {error}", file=sys.stderr)
        return 2
    if args.check and differing:
        print(
            f"dlcourse assignments: {', '.join(differing)} is not what solutions/ gives: "
            "run `make assignments` and commit the result",
            file=sys.stderr,
        )
        return 1
    for path in differing:
        print(f"wrote {path}")
    if not differing:
        print(f"assignments/ is what solutions/ gives ({', '.join(names)})")
    return 0


def update(root, homework, write=True):
    """Bring assignments/<homework> up to date; return the paths that were not, sorted."""
    target = Path(root) / "assignments" / homework
    wanted = generate(root, homework)
    present = {
        path.relative_to(target).as_posix(): path.read_bytes()
        for path in target.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    differing = sorted(
        name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name)
    )
    if write:
        for name in differing:
            if name in wanted:
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (target / name).write_bytes(wanted[name])
            else:
                (target / name).unlink()
    return [f"assignments/{homework}/{name}" for name in differing]


def generate(root, homework):
    """The files of the student's version: name to bytes, nothing written to the course."""
    source = course.solution_path(root, homework).parent
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve()
        copy_source(source, copy / "solutions" / homework)
        config = course.load_config(root, copy)
        course.make_passing_gradebook(config)
        record(course.open_api(config), homework)
        release = copy / "assignments" / homework
        return {
            path.relative_to(release).as_posix(): _normal_form(path)
            for path in sorted(release.rglob("*"))
            if path.is_file()
        }


def copy_source(source, target):
    """Copy the instructor's folder of a homework, without what editors and Python leave in it."""
    ignored = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    shutil.copytree(source, target, ignore=ignored)


def record(api, homework):
    """Run nbgrader's generate_assignment: writes the release and enters it in the gradebook."""
    outcome = api.generate_assignment(homework, force=True, create=True)
    if not outcome["success"]:
        raise course.CourseError(f"nbgrader cannot generate {homework}: {course.reason(outcome)}")


def read_release(root, homework):
    """The student's version of a homework; CourseError where it was not made yet."""
    path = Path(root) / "assignments" / homework / f"{homework}.ipynb"
    if not path.is_file():
        raise course.CourseError(
            f"no {path.name} in {path.parent}: run `dlcourse assignments` first"
        )
    return course.read_notebook(path)


def _normal_form(path):
    """A file's bytes; of a notebook, without whatever depends on the machine."""
    if path.suffix != ".ipynb":
        return path.read_bytes()
    notebook = course.read_notebook(path)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()
