"""`make setup` on a small project of its own: once, again when its inputs changed, never half."""

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(
    os.name == "nt" or shutil.which("make") is None, reason="needs make and a POSIX system"
)

LATER = itertools.count(time.time() + 86400, 5)
# A build backend that needs no network. It counts its runs, and fails or hangs when told to.
BACKEND = """
import os, time, zipfile
from pathlib import Path

def build_editable(folder, config_settings=None, metadata_directory=None):
    with open("runs", "a") as runs:
        runs.write("x")
    if os.environ.get("BACKEND") == "fail":
        raise OSError(28, "No space left on device")
    if os.environ.get("BACKEND") == "hang":
        time.sleep(300)
    name = "tiny-1.0-py3-none-any.whl"
    about = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n"
    about += "".join(f"Provides-Extra: {extra}\\n" for extra in ("torch", "course", "dev"))
    wheel = "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    with zipfile.ZipFile(Path(folder) / name, "w") as archive:
        archive.writestr("tiny.pth", os.getcwd() + "\\n")
        archive.writestr("tiny-1.0.dist-info/METADATA", about)
        archive.writestr("tiny-1.0.dist-info/WHEEL", wheel)
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    return name
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "1.0"

[project.optional-dependencies]
torch = []
course = []
dev = []
"""


def environment(**variables):
    """The environment of a command: pip sees no index and no configuration of the user's."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "MAKE"))}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", **variables}


def make(folder, *arguments, **variables):
    command = ["make", *arguments, f"PYTHON={sys.executable}"]
    return subprocess.run(
        command, cwd=folder, env=environment(**variables), capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def shared_project(root, tmp_path_factory):
    """The real Makefile and tools around a project without dependencies, in a path with spaces."""
    folder = tmp_path_factory.mktemp("project") / "my course, 1st try"
    shutil.copytree(root / "tools", folder / "tools")
    shutil.copy(root / "Makefile", folder)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "constraints.txt").write_text("")
    return folder


@pytest.fixture
def small_project(shared_project):
    """The project, set up: the first test waits for that, the others find it done."""
    (shared_project / "pyproject.toml").write_text(PYPROJECT)
    (shared_project / "backend.py").write_text(BACKEND)
    result = make(shared_project, "setup")
    assert result.returncode == 0, result.stdout + result.stderr
    (shared_project / "runs").unlink(missing_ok=True)
    touch_later(shared_project / ".venv/.ready")
    return shared_project


def runs(folder):
    counted = folder / "runs"
    return len(counted.read_text()) if counted.exists() else 0


def touch_later(path):
    """Give a file a time that every make takes for newer than whatever this gave before."""
    later = next(LATER)
    os.utime(path, (later, later))


def test_help_is_the_default_and_explains_every_target(root):
    printed = subprocess.run(
        ["make"], cwd=root, capture_output=True, text=True, env=environment()
    ).stdout
    makefile = (root / "Makefile").read_text()
    phony = re.search(r"\.PHONY: ((?:.*\\\n)*.*)", makefile).group(1).replace("\\\n", " ").split()
    wanted = {"setup", "book", "test", "test-all", "lab", "assignments", "grade", "bench", "clean"}
    assert wanted <= set(phony)
    explained = re.findall(r"^  make ([a-z-]+) +\S.+$", printed, re.MULTILINE)
    assert sorted(explained) == sorted(phony)
    assert max(map(len, printed.splitlines())) <= 100


def test_one_set_up_serves_parallel_targets(root):
    dry = subprocess.run(
        ["make", "-n", "-j2", "book", "test", "VENV=.venv-that-is-not-there"],
        cwd=root,
        capture_output=True,
        text=True,
        env=environment(),
    ).stdout
    assert dry.count("create_environment.py") == 1
    assert dry.count("book/build.py") == 1
    assert dry.index("create_environment.py") < dry.index("book/build.py") < dry.index("pytest")


def test_an_environment_of_one_s_own_is_left_alone(root):
    dry = subprocess.run(
        ["make", "-n", "test", "PY=python"], cwd=root, capture_output=True, text=True
    ).stdout
    assert "create_environment.py" not in dry
    assert "python -m pytest" in dry


def test_set_up_installs_the_project(small_project):
    installed = [str(small_project / ".venv/bin/python"), "-m", "pip", "show", "tiny"]
    shown = subprocess.run(installed, capture_output=True, text=True, env=environment())
    assert "Version: 1.0" in shown.stdout


def test_set_up_runs_once_and_again_when_an_input_changed(small_project):
    assert make(small_project, "setup").returncode == 0
    assert runs(small_project) == 0
    for count, name in enumerate(["pyproject.toml", "constraints.txt"], start=1):
        touch_later(small_project / name)
        again = make(small_project, "setup")
        assert again.returncode == 0
        assert "Ready after" in again.stdout
        assert runs(small_project) == count
        touch_later(small_project / ".venv/.ready")
        make(small_project, "setup")
        assert runs(small_project) == count


def test_a_set_up_that_fails_is_not_taken_for_done(small_project):
    touch_later(small_project / "pyproject.toml")
    failed = make(small_project, "setup", BACKEND="fail")
    assert failed.returncode != 0
    said = [line for line in failed.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert said[0].startswith("set-up failed: the disk is full")
    assert not (small_project / ".venv/.ready").exists()
    assert make(small_project, "setup").returncode == 0


def test_a_set_up_that_is_killed_starts_again(small_project):
    touch_later(small_project / "pyproject.toml")
    process = subprocess.Popen(
        ["make", "setup", f"PYTHON={sys.executable}"],
        cwd=small_project,
        env=environment(BACKEND="hang"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not runs(small_project) and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert runs(small_project) == 1
    assert not (small_project / ".venv/.ready").exists()
    assert make(small_project, "setup").returncode == 0
    assert runs(small_project) == 2


def test_half_an_environment_is_made_anew(small_project):
    touch_later(small_project / "pyproject.toml")
    for pip in (small_project / ".venv").glob("lib/python*/site-packages/pip"):
        shutil.rmtree(pip)
    assert make(small_project, "setup").returncode == 0
    assert (small_project / ".venv/.ready").exists()


def test_without_a_network_it_says_so(small_project):
    (small_project / "pyproject.toml").write_text(
        PYPROJECT.replace("requires = []", 'requires = ["hatchling"]')
    )
    touch_later(small_project / "pyproject.toml")
    # A port on which nothing listens refuses at once, as an index behind a dead network does.
    dead = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    failed = make(small_project, "setup", **dead)
    assert failed.returncode != 0
    assert "the package index cannot be reached: check the network" in failed.stderr
    assert not (small_project / ".venv/.ready").exists()


@pytest.fixture
def path_with(tmp_path):
    """A folder of fake interpreters, each the real one under another version number."""

    def create(**versions):
        folder = tmp_path / "bin"
        folder.mkdir()
        for name, version in versions.items():
            pretend = f"import sys; sys.version_info = {version!r}; exec(sys.argv[1])"
            script = f"#!/bin/sh\nexec '{sys.executable}' -c '{pretend}' \"$2\"\n"
            program = folder / name.replace("_", ".")
            program.write_text(script)
            program.chmod(0o755)
        return folder

    return create


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        ({"python3": (3, 12, 1), "python3_13": (3, 13, 0)}, "python3"),
        ({"python3": (3, 8, 18), "python3_12": (3, 12, 1), "python3_11": (3, 11, 2)}, "python3.12"),
        ({"python3": (3, 99, 0), "python3_11": (3, 11, 2)}, "python3.11"),
        ({"python3": (3, 99, 0)}, "python3"),
        ({"python3": (3, 8, 18)}, "python3"),
        ({"python": (3, 11, 9)}, "python"),
    ],
    ids=["own choice", "too old", "untested", "only untested", "only old", "other name"],
)
def test_which_python_is_chosen(root, path_with, there, chosen):
    result = subprocess.run(
        ["/bin/sh", str(root / "tools/find_python.sh")],
        env={"PATH": str(path_with(**there))},
        capture_output=True,
        text=True,
    )
    assert result.stdout.strip() == chosen


def test_the_python_that_is_named_is_taken(root):
    result = subprocess.run(
        ["/bin/sh", str(root / "tools/find_python.sh"), "/opt/my python"],
        capture_output=True,
        text=True,
    )
    assert result.stdout == "/opt/my python\n"


def test_no_python_at_all_is_one_line(root, path_with):
    result = subprocess.run(
        ["/bin/sh", str(root / "tools/find_python.sh")],
        env={"PATH": str(path_with())},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("set-up failed: no Python found: install Python 3.11 or newer")
    assert len(result.stderr.splitlines()) == 1
