"""What a result depends on, as one hash: same key, same marks, no need to grade again."""

import hashlib
import json
import platform
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path

from dlcourse.grading import course

# What runs a cell, and what homework computes with.
_PACKAGES = (
    "ipykernel",
    "ipython",
    "jupyter_client",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "nbformat",
    "nbgrader",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "torch",
    "torchvision",
)
# Parts of the package that move submissions about, or show something, and decide no mark.
_NO_MATTER = (
    "viz/*",
    "cli.py",
    "doctor.py",
    "grading/audit*.py",
    "grading/bank.py",
    "grading/batch.py",
    "grading/bundle.py",
    "grading/check.py",
    "grading/classroom.py",
    "grading/cluster.py",
    "grading/collect.py",
    "grading/command.py",
    "grading/feedback.py",
    "grading/fresh_run.py",
    "grading/gradebook.py",
    "grading/hand*out.py",
    "grading/harmless.py",
    "grading/history.py",
    "grading/journal.py",
    "grading/ledger.py",
    "grading/local_pool.py",
    "grading/lock.py",
    "grading/marks.py",
    "grading/pack.py",
    "grading/prefork.py",
    "grading/process.py",
    "grading/progress.py",
    "grading/regrade.py",
    "grading/rehears*.py",
    "grading/report.py",
    "grading/rows.py",
    "grading/secret_text.py",
    "grading/transaction.py",
    "grading/verdict.py",
    "grading/zipped.py",
)


def key(files, tests, versions, limits, sandbox):
    """The hash of all that decides a submission's result.

    files: path to bytes. tests: what `tests` returned. versions: what `environment` returned where
    it is graded. limits: a Limits. sandbox: is there one.
    """
    parts = {"tests": tests, "environment": versions, "sandbox": sandbox} | asdict(limits)
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
    _add(digest, files)
    return digest.hexdigest()


def tests(root, homework):
    """The hash of the instructor's side: the homework's folder and nbgrader's configuration."""
    folder = course.solution_path(root, homework).parent
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not {".ipynb_checkpoints", "__pycache__"} & set(path.parts)
    }
    digest = hashlib.sha256()
    _add(digest, files)
    _add(digest, {course.CONFIG: (Path(root) / course.CONFIG).read_bytes()})
    return digest.hexdigest()


@cache
def environment():
    """The versions that decide a mark, by name; dlcourse's is the hash of its source."""
    versions = {"python": platform.python_version(), "machine": platform.machine()}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    package = Path(__file__).resolve().parents[1]
    sources = {
        path.relative_to(package).as_posix(): path.read_bytes() for path in package.rglob("*.py")
    }
    digest = hashlib.sha256()
    _add(digest, {name: data for name, data in sources.items() if _matters(name)})
    return versions | {"dlcourse": digest.hexdigest()}


@cache
def pages():
    """The hash of what may turn a graded notebook into a feedback page: all of the grading."""
    folder = Path(__file__).resolve().parent
    paths = [path for path in folder.rglob("*") if path.suffix in (".py", ".j2", ".json")]
    digest = hashlib.sha256()
    _add(digest, {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})
    return digest.hexdigest()


def _matters(name):
    return not any(Path(name).match(pattern) for pattern in _NO_MATTER)


def _add(digest, files):
    for name in sorted(files):
        digest.update(f"{len(name.encode())} {name} {len(files[name])}\n".encode())
        digest.update(files[name])
