"""A class of submissions: each in a process of its own, with limits, several at a time.

Every submission ends in exactly one state of STATES. A process that runs out of time or memory,
or dies, takes its own submission with it and nothing else.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import psutil

from dlcourse.grading import assignments, course

GRADED, AWAITING = "graded", "graded, awaiting hand marks"
STATES = (
    GRADED,
    AWAITING,
    "timed out",
    "out of memory",
    "crashed",
    "malformed",
    "grader error",
)

# What a submission's process sees of the environment: no token, no proxy, no personal folder.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "SYSTEMROOT", "PYTHONPATH")


@dataclass(frozen=True)
class Limits:
    """What one submission may use, all its cells together. seconds: s. memory: MiB resident."""

    seconds: float = 300.0
    memory: float = 2048.0


@dataclass
class Outcome:
    """How grading one submission ended. notebook: the graded one, or None. memory: MiB, peak."""

    student: str
    state: str
    note: str
    notebook: Path | None
    seconds: float
    memory: float


def find_submissions(folder, homework):
    """The submissions below a folder: student to the folder that holds their files, sorted."""
    return {
        path.parent.name: path
        for path in sorted(Path(folder).glob(f"*/{homework}"))
        if path.is_dir() and not path.parent.name.startswith(".")
    }


def grade_class(root, homework, submissions, workplace, limits=None, jobs=2):
    """Grade submissions in parallel; yield an Outcome for each as it is done.

    root: the course's folder. submissions: student to folder. workplace: an empty folder for the
    copies of the course, which must outlive the use of the outcomes' notebooks.
    """
    workplace = Path(workplace).resolve()
    template = _template(Path(root).resolve(), homework, workplace)
    limits = limits or Limits()
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        waiting = [
            pool.submit(_grade_one, root, homework, student, folder, template, limits)
            for student, folder in submissions.items()
        ]
        for done in as_completed(waiting):
            yield done.result()


def _template(root, homework, workplace):
    """A course folder that knows this homework and nobody: each submission gets a copy."""
    template = workplace / "template"
    source = course.solution_path(root, homework).parent
    shutil.copytree(source, template / "solutions" / homework)
    assignments.record(course.open_api(course.load_config(root, template)), homework)
    shutil.rmtree(template / "assignments")
    (workplace / "matplotlib").mkdir()
    return template


def _grade_one(root, homework, student, submission, template, limits):
    """Run one submission's process to its end, or end it; return its Outcome."""
    started = time.monotonic()
    folder = template.parent / "class" / student
    shutil.copytree(template, folder)
    job, result = folder / "job.json", folder / "result.json"
    details = {
        "root": str(Path(root).resolve()),
        "homework": homework,
        "student": student,
        "submission": str(Path(submission).resolve()),
        "folder": str(folder),
        "result": str(result),
    }
    job.write_text(json.dumps(details), encoding="utf-8")
    with open(folder / "log.txt", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dlcourse.grading.worker", str(job)],
            cwd=folder,
            env=_environment(folder, template.parent / "matplotlib"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        ended, memory = _watch(process, limits)
    state, note = _read_result(result, process.returncode, ended)
    notebook = folder / "grades" / "autograded" / student / homework / f"{homework}.ipynb"
    seconds = time.monotonic() - started
    return Outcome(
        student, state, note, notebook if state == GRADED else None, seconds, memory / 2**20
    )


def _read_result(result, returncode, ended):
    if ended is not None:
        return ended
    if result.is_file():
        read = json.loads(result.read_text(encoding="utf-8"))
        return read["state"], read["note"]
    return "grader error", f"the grading process ended with exit code {returncode}"


def _watch(process, limits):
    """Wait for a process; end it and its children past a limit.

    Returns (state, note) for one that was ended, else None, and the peak resident memory in bytes.
    """
    deadline, peak = time.monotonic() + limits.seconds, 0
    while True:
        try:
            process.wait(timeout=0.2)
            return None, peak
        except subprocess.TimeoutExpired:
            peak = max(peak, _resident(process.pid))
        if peak > limits.memory * 2**20:
            _end(process)
            return ("out of memory", f"used more than {limits.memory:g} MiB of memory"), peak
        if time.monotonic() > deadline:
            _end(process)
            return ("timed out", f"took longer than {limits.seconds:g} s"), peak


def _family(pid):
    """A process and all that it started, or nothing where it has gone."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident(pid):
    total = 0
    for process in _family(pid):
        try:
            total += process.memory_info().rss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # it ended between the two looks
    return total


def _end(process):
    """End a process with all that it started: the kernel runs in a session of its own."""
    family = _family(process.pid)
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=5)
    process.wait()


def _environment(home, matplotlib):
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    scripts = str(Path(sys.executable).parent)
    return {
        **kept,
        "PATH": os.pathsep.join([scripts, kept.get("PATH", "")]),
        # The package as it is here, installed or not, also from the submission's own folder.
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).resolve().parents[2]), kept.get("PYTHONPATH", "")]
        ).rstrip(os.pathsep),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "MPLCONFIGDIR": str(matplotlib),  # shared: the font list is made once
        # One thread each: submissions run side by side.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
