"""One submission, graded in a process and a course folder of its own.

The folder holds a job, the course as one homework knows it, and the submission; the result is
written beside them. Whoever started the process watches the clock and the memory (process.py);
whatever happens to this process happens to one submission.
"""

import gc
import importlib
import json
import os
import shutil
import sys
import threading
import traceback
from pathlib import Path

import nbformat
import psutil
from nbgrader.utils import determine_grade, is_grade
from sqlalchemy import Engine, event
from sqlalchemy.orm import configure_mappers

from dlcourse.grading import alone, course, restore, sandbox
from dlcourse.grading.execution import KernelExecute, TwoZoneExecute
from dlcourse.grading.sandbox import bubblewrap, fonts, template
from dlcourse.grading.unit import SUBMITTED, Malformed
from dlcourse.grading.zones.launch import NURSERY
from dlcourse.grading.zones.outcome import LOST

JOB, RESULT, LOG = "job.json", "result.json", "log.txt"
LARGEST = 20_000_000  # bytes of a notebook; the handed-out one has a hundredth of that


def read_submission(folder, homework, solution):
    """The submitted notebook; Malformed says what is wrong with it and what to do.

    folder: where the student's files lie. solution: the instructor's notebook.
    """
    path = Path(folder) / f"{homework}.ipynb"
    if not path.is_file() or path.is_symlink():
        others = sorted(other.name for other in Path(folder).glob("*.ipynb"))
        found = f"there is {', '.join(others)}" if others else "there is no other notebook"
        raise Malformed(f"{path.name} is missing, {found}: hand yours in as {path.name}")
    if path.stat().st_size > LARGEST:
        raise Malformed(
            f"{path.name} has {path.stat().st_size / 1e6:.0f} MB: clear all outputs, save and "
            "hand in again"
        )
    try:
        notebook = course.read_notebook(path)
        nbformat.validate(notebook)
        json.dumps(notebook, ensure_ascii=False).encode()  # half a pair of surrogates is no text
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


def grade(folder, job):
    """Grade the submission that lies in `folder` with nbgrader; return the result as a dict."""
    homework = job["homework"]
    solution = course.read_notebook(course.solution_path(folder, homework))
    submitted = read_submission(folder / SUBMITTED, homework, solution)
    place = folder / "grades" / "submitted" / SUBMITTED / homework
    shutil.move(folder / SUBMITTED, place)
    course.write_notebook(submitted, place / f"{homework}.ipynb")

    config = course.load_config(folder, folder)
    config.TwoZoneExecute.memory, config.TwoZoneExecute.unsafe = job["memory"], not job["sandbox"]
    config.TwoZoneExecute.submission_timeout = job["seconds"]
    outcome = alone.autograde(folder, config, homework, SUBMITTED)
    print(outcome.get("log", ""))
    used = {"memory": TwoZoneExecute.usage[0]}
    if KernelExecute.gave_up:
        state, note = KernelExecute.gave_up
        return {"state": state, "note": note, **used}
    if not outcome["success"]:
        return {"state": "grader error", "note": course.reason(outcome), **used}
    graded = course.read_notebook(
        folder / "grades" / "autograded" / SUBMITTED / homework / f"{homework}.ipynb"
    )
    marks = {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
        for cell in graded.cells
        if is_grade(cell)
    }
    note = "; ".join(notes(submitted, graded, solution))
    return {"state": "graded", "note": note, "marks": marks, **used}


def notes(submitted, graded, solution):
    """What an instructor should know about a submission that was graded, as short sentences."""
    found = []
    missing = restore.missing_cells(submitted, solution)
    if missing:
        found.append(f"restored: {_few(missing)}")
    for state, error in LOST.items():
        names = [
            restore.cell_name(cell) or "a cell of the student's"
            for cell in graded.cells
            if cell.cell_type == "code" and any(out.get("ename") == error for out in cell.outputs)
        ]
        if names:
            found.append(f"{state}: {_few(names)}")
    return found


def _few(names):
    names = list(dict.fromkeys(names))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def warm_up():
    """Do once what each process would do first: a server that forks them calls this before."""
    configure_mappers()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
    for relaxed in (False, True):  # each has a schema of its own, compiled when it is first asked
        nbformat.validate(notebook, relax_add_props=relaxed)
    importlib.import_module("dlcourse.grading.sandbox.provisioner")
    policy = sandbox.Policy()
    if sandbox.probe().sandbox:
        bubblewrap.view(policy)
        fonts.settings()  # a fork finds the folder in which they are kept nowhere
    gc.collect()
    gc.freeze()  # a collection in a fork would touch, and so copy, all that it shares


def main(folder, leash):
    """Grade what lies in `folder`. leash: a file descriptor; this process ends when it closes."""
    folder = Path(folder)
    log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    threading.Thread(target=_follow, args=(leash,), daemon=True).start()
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    shared = {name: os.environ[name] for name in (NURSERY, template.TEMPLATE) if name in os.environ}
    os.environ.clear()
    os.environ.update(job["environment"] | shared)
    os.chdir(folder)
    # This gradebook ends with the process: nothing is gained by waiting for the disk.
    event.listen(Engine, "connect", _do_not_wait)
    try:
        result = grade(folder, job)
    except Malformed as error:
        result = {"state": "malformed", "note": str(error)}
    except Exception as error:  # recorded as this submission's state: it must stop no other
        traceback.print_exc()
        result = {"state": "grader error", "note": f"{type(error).__name__}: {error}"}
    took = os.times()
    print(f"processor: {took.user + took.system:.2f} s here, ", end="")
    print(f"{took.children_user + took.children_system:.2f} s in what was started and has ended")
    beside = folder / f"{RESULT}.part"
    beside.write_text(json.dumps(result), encoding="utf-8")
    beside.replace(folder / RESULT)
    sys.stdout.flush()
    sys.stderr.flush()


def _do_not_wait(connection, _):
    connection.execute("PRAGMA synchronous = OFF")


def _follow(leash):
    """End this process and all that it started when nobody holds the other end of the leash."""
    while os.read(leash, 1):
        pass
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.fileno())
