"""Make the project's environment: `python tools/create_environment.py`.

What `make setup` runs. It needs nothing but Python, and no syntax newer than Python 3.6, so that
an old Python can still say what is wrong. When it fails it says in one line what to do, and exits
with 1; the file that tells `make` that the environment is ready is written last.
"""

import argparse
import importlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from pip_errors import what_to_do

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
EXTRAS = "torch,course,dev"
READY = ".ready"
NEEDED_GB = 3.0


class SetUpError(Exception):
    """A set-up that cannot go on; its message is one line that says what to do."""


def check_python(version=sys.version_info):
    """Raise SetUpError for a Python that the course does not run on."""
    if tuple(version[:2]) < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        found = ".".join(map(str, version[:3]))
        raise SetUpError(
            f"Python {wanted} or newer is needed, found {found}: install one and name it, as in "
            "`make setup PYTHON=python3.12`"
        )


def check_venv():
    """Raise SetUpError where Python came without the modules that make environments."""
    try:
        for name in ("venv", "ensurepip"):
            importlib.import_module(name)
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetUpError(
            f"this Python {version} cannot make environments: install its venv module (Debian and "
            f"Ubuntu: `sudo apt install python{version}-venv`), then run the same command again"
        ) from None


def check_room(folder):
    """Raise SetUpError when the disk has no room for a new environment."""
    free = shutil.disk_usage(str(folder)).free / 1e9
    if free < NEEDED_GB:
        raise SetUpError(
            f"the disk has {free:.1f} GB free and a set-up takes about {NEEDED_GB:.0f} GB: free "
            "some (`pip cache purge` gives back old downloads), then run the same command again"
        )


def python_in(folder):
    """The environment's interpreter, where this platform puts it."""
    windows = os.name == "nt"
    return folder / ("Scripts" if windows else "bin") / ("python.exe" if windows else "python")


def is_usable(folder):
    """Tell whether the folder holds an environment of this Python, with pip, that runs."""
    probe = "import sys, pip; print(*sys.version_info[:2])"
    try:
        result = subprocess.run(
            [str(python_in(folder)), "-c", probe],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
    except OSError:
        return False
    return result.stdout.split() == [str(part) for part in sys.version_info[:2]]


def run(command, log=None):
    """Run a command in the project's root; return its exit code and all it wrote.

    A terminal sees one line that changes, so that a long download is seen to move.
    """
    lines = []
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout:
            lines.append(line)
            if sys.stdout.isatty():
                print("\r\033[K" + line.strip()[:76], end="", flush=True)
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    output = "".join(lines)
    if log is not None:
        try:
            log.write_text(output)
        except OSError:
            print(output, file=sys.stderr)  # a full disk must not hide what pip said
    return process.returncode, output


def create(folder):
    """Make an empty environment, over whatever unusable one is there."""
    check_venv()
    check_room(folder.parent)
    code, output = run([sys.executable, "-m", "venv", "--clear", folder])
    if code:
        version = ".".join(map(str, sys.version_info[:2]))
        raise SetUpError(what_to_do("ERROR: venv: " + output.strip(), version, NEEDED_GB))


def install(folder, constraints, pip_args, extras=EXTRAS):
    """Install the project, editable, with everything that the course and its tests use."""
    command = [python_in(folder), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--progress-bar", "off"]
    command += ["--constraint", constraints] if constraints else []
    command += ["--editable", f".[{extras}]", *pip_args]
    log = folder / "setup.log"
    code, output = run(command, log)
    if code:
        version = ".".join(map(str, sys.version_info[:2]))
        raise SetUpError(f"{what_to_do(output, version, NEEDED_GB)} (pip's log: {log})")


def set_up(folder, constraints, pip_args, extras=EXTRAS):
    """Bring the environment up to date and mark it as ready."""
    check_python()
    ready = folder / READY
    if ready.exists():
        ready.unlink()
    started = time.time()
    version = ".".join(map(str, sys.version_info[:3]))
    if is_usable(folder):
        print(f"Bringing {folder.name} up to date.", flush=True)
    else:
        print(f"Making {folder.name} with Python {version}: some minutes.", flush=True)
        create(folder)
    install(folder, constraints, pip_args, extras)
    ready.write_text(version + "\n")
    print(f"Ready after {time.time() - started:.0f} s.")


def main(argv=None):
    parser = argparse.ArgumentParser(description="Make the project's environment.")
    parser.add_argument("--folder", default=".venv", help="where it goes (default: .venv)")
    parser.add_argument(
        "--newest",
        action="store_true",
        help="take the newest packages that pyproject.toml allows, not the tested set",
    )
    parser.add_argument(
        "--extras", default=EXTRAS, help=f"what is installed with the package (default: {EXTRAS})"
    )
    parser.add_argument("pip_args", nargs="*", metavar="-- PIP_ARG", help="passed on to pip")
    args = parser.parse_args(argv)
    constraints = None if args.newest else "constraints.txt"
    try:
        set_up(ROOT / args.folder, constraints, args.pip_args, args.extras)
    except SetUpError as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        print(f"set-up failed: {what_to_do(f'ERROR: {error}', version)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("set-up interrupted: run the same command again, it goes on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
