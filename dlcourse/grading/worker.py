"""One submission, graded in a process and a course folder of its own.

`python -m dlcourse.grading.worker JOB` reads a job, writes its result beside it and exits. Whoever
started it watches the clock and the memory (batch.py); whatever happens to this process happens to
one submission.
"""

import json
import sys
import traceback
from pathlib import Path

# jsonschema compiles a grammar for URIs if it finds this package: a second for each submission,
# for a check that no notebook needs. It takes an import that fails for "not installed".
sys.modules.setdefault("rfc3987_syntax", None)

import nbformat

from dlcourse.grading import course, restore
from dlcourse.grading.execution import KernelExecute

LARGEST = 20_000_000  # bytes of a notebook; the handed-out one has a hundredth of that


class Malformed(Exception):
    """The submission cannot be read as this homework; the message tells the student why."""


def read_submission(folder, homework, solution):
    """The submitted notebook; Malformed says what is wrong with it and what to do.

    folder: where the student's files lie. solution: the instructor's notebook.
    """
    path = Path(folder) / f"{homework}.ipynb"
    if not path.is_file() or path.is_symlink():
        others = sorted(other.name for other in Path(folder).glob("*.ipynb"))
        found = f"there is {', '.join(others)}" if others else "there is no other notebook"
        raise Malformed(f"{path.name} is missing, {found}: hand it in under this name")
    if path.stat().st_size > LARGEST:
        raise Malformed(
            f"{path.name} has {path.stat().st_size / 1e6:.0f} MB: clear all outputs, save and "
            "hand in again"
        )
    try:
        notebook = course.read_notebook(path)
        nbformat.validate(notebook)
    except Exception as error:  # whatever nbformat makes of a file that is no notebook
        raise Malformed(
            f"{path.name} is not a notebook that Jupyter can open ({type(error).__name__}): open "
            "it in JupyterLab, save it and hand in again"
        ) from error
    known = restore.homework_cells(solution)
    if not known.keys() & {restore.cell_name(cell) for cell in notebook.cells}:
        raise Malformed(
            f"{path.name} has none of the homework's cells: copy your answers into the notebook "
            "that was handed out and hand in again"
        )
    return notebook


def grade(job):
    """Grade one submission with nbgrader; return its state and a note."""
    homework, student, folder = job["homework"], job["student"], Path(job["folder"])
    solution = course.read_notebook(course.solution_path(folder, homework))
    submitted = read_submission(job["submission"], homework, solution)
    place = folder / "grades" / "submitted" / student / homework
    place.mkdir(parents=True)
    nbformat.write(submitted, place / f"{homework}.ipynb")

    api = course.open_api(course.load_config(job["root"], folder))
    outcome = api.autograde(homework, student, force=True, create=True)
    if KernelExecute.gave_up:
        return KernelExecute.gave_up
    if not outcome["success"]:
        print(outcome.get("log", ""), file=sys.stderr)
        return "grader error", course.reason(outcome)
    graded = course.read_notebook(
        folder / "grades" / "autograded" / student / homework / f"{homework}.ipynb"
    )
    return "graded", "; ".join(notes(submitted, graded, solution))


def notes(submitted, graded, solution):
    """What an instructor should know about a submission that was graded, as short sentences."""
    found = []
    missing = restore.missing_cells(submitted, solution)
    if missing:
        found.append(f"restored: {_few(missing)}")
    late = [
        restore.cell_name(cell) or "a cell of the student's"
        for cell in graded.cells
        if cell.cell_type == "code"
        and any(out.get("ename") == "CellTimeoutError" for out in cell.outputs)
    ]
    if late:
        found.append(f"out of time: {_few(late)}")
    return found


def _few(names):
    names = list(dict.fromkeys(names))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def main(path):
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    try:
        state, note = grade(job)
    except Malformed as error:
        state, note = "malformed", str(error)
    except Exception as error:  # recorded as this submission's state: it must stop no other
        traceback.print_exc()
        state, note = "grader error", f"{type(error).__name__}: {error}"
    result = json.dumps({"state": state, "note": note})
    Path(job["result"]).write_text(result, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
