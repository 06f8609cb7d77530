"""`dlcourse doctor`: what a bug report needs, what is missing and how to get it.

Nothing heavy is imported here: versions come from the packages' metadata, and PyTorch, which can be
broken in ways that end a process, is asked in a process of its own.
"""

import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np

from dlcourse.version import __version__

# extra of pyproject.toml -> the packages of it that a bug report names
PACKAGES = {
    "core": ("numpy",),
    "torch": ("torch", "torchvision"),
    "course": ("jupyterlab", "ipykernel", "matplotlib", "scikit-learn", "nbgrader"),
    "dev": ("jupyter-book", "playwright", "pytest", "ruff"),
}
PURPOSE = {
    "torch": "the lectures that use PyTorch",
    "course": "the notebooks and the homework",
    "dev": "the tests and the website",
}
# program -> (names it goes by, what needs it, how to get it)
PROGRAMS = {
    "chromium": (
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
        "the browser tests of the website",
        "`sudo apt install chromium`, or Chromium or Chrome from its own site",
    ),
    "bubblewrap": (
        ("bwrap",),
        "grading in a sandbox (Linux only)",
        "`sudo apt install bubblewrap`",
    ),
}
_ASK_TORCH = """
import json, torch
device = {"kind": "CPU", "name": None}
if torch.cuda.is_available():
    name = torch.cuda.get_device_name(0)
    memory = torch.cuda.get_device_properties(0).total_memory / 1e9
    device = {"kind": "CUDA", "name": f"{torch.cuda.device_count()} x {name}, {memory:.0f} GB"}
elif torch.backends.mps.is_available():
    device = {"kind": "MPS", "name": None}
print(json.dumps(device))
"""


def add_arguments(parser):
    parser.add_argument("--json", action="store_true", help="print the same as JSON")


def run(args):
    """Print the report; return 0 when the core of the course works, else 1."""
    report = diagnose()
    print(json.dumps(report, indent=2) if args.json else as_text(report))
    return 0 if report["core"] == "works" else 1


def diagnose():
    """Collect the report as plain data: strings, numbers, lists and dicts of these."""
    packages = {
        extra: {name: version_of(name) for name in names} for extra, names in PACKAGES.items()
    }
    report = {
        "dlcourse": __version__,
        "python": platform.python_version(),
        "interpreter": shorten(sys.executable),
        "platform": platform.platform(),
        "core": check_core(),
        "device": find_device(packages["torch"]["torch"]),
        "packages": packages,
        "data": look_at_data(),
        "programs": {name: find_program(name) for name in PROGRAMS},
        "sandbox": look_at_sandbox(),
    }
    report["missing"] = list_missing(report)
    return report


def check_core():
    """Run a layer forward and back; return "works" or what went wrong, in one line."""
    try:
        from dlcourse.nn import ops

        x, weight, bias = np.array([[1.0, 2.0]]), np.array([[3.0, -1.0]]), np.array([0.5])
        y, backward = ops.linear(x, weight, bias)
        dx, dweight, dbias = backward(np.ones((1, 1)))
        # 3·1 − 1·2 + 0.5; the slopes are the weights, the inputs and one
        right = all(
            np.array_equal(got, wanted)
            for got, wanted in [(y, [[1.5]]), (dx, weight), (dweight, x), (dbias, [1.0])]
        )
    except Exception as error:  # whatever is broken is what this command is there to report
        return f"fails: {type(error).__name__}: {error}".replace("\n", " ")
    return "works" if right else "fails: a linear layer computes wrong numbers; reinstall NumPy"


def version_of(package):
    """The installed version, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def find_device(torch_version):
    """What PyTorch would compute on, with the machine's cores and memory."""
    device = {"kind": "CPU", "name": None, "problem": None}
    if torch_version is not None:
        device.update(ask_torch())
    affinity = getattr(os, "sched_getaffinity", None)
    device["cores"] = len(affinity(0)) if affinity else os.cpu_count()
    device["memory_gb"] = memory_gb()
    return device


def ask_torch():
    """Ask PyTorch, in a process of its own, for its device; a broken PyTorch is a problem named."""
    try:
        result = subprocess.run(
            [sys.executable, "-c", _ASK_TORCH],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return json.loads(result.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"problem": "importing torch took more than two minutes"}
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines()
        return {"problem": lines[-1] if lines else f"importing torch ended with {error.returncode}"}


def memory_gb():
    """The machine's memory in gigabytes, or None where the system does not say."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, OSError, ValueError):
        pass  # Windows has no sysconf
    try:
        import psutil
    except ImportError:
        return None
    return round(psutil.virtual_memory().total / 1e9, 1)


def look_at_data():
    """Where data sets are kept, and whether one could be put there."""
    from dlcourse.data.folder import data_folder

    folder = Path(data_folder())
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    return {
        "folder": shorten(folder),
        "named_by": "DLCOURSE_DATA" if os.environ.get("DLCOURSE_DATA") else "default",
        "exists": folder.is_dir(),
        "writable": nearest.is_dir() and os.access(nearest, os.W_OK),
    }


def find_program(name):
    """The path of a program, or None."""
    found = (shutil.which(alias) for alias in PROGRAMS[name][0])
    return next((shorten(path) for path in found if path), None)


def look_at_sandbox():
    """What a sandbox for student code enforces here, name to sentence; None without a grader."""
    if is_students_copy():
        return None
    from dlcourse.grading.sandbox import probe

    able = probe()
    return {
        "works": able.sandbox,
        "enforces": {name: sentence for name, (_, sentence) in able.reports.items()},
    }


def shorten(path):
    """A path with the home folder as `~`: a bug report need not name its writer."""
    path, home = str(path), str(Path.home())
    inside = path == home or path.startswith(home.rstrip(os.sep) + os.sep)
    return "~" + path[len(home.rstrip(os.sep)) :] if inside and len(home) > 1 else path


def is_students_copy():
    """Whether this is the package as `dlcourse handout` gives it to students: it grades nothing."""
    return importlib.util.find_spec("dlcourse.grading.sandbox") is None


def list_missing(report):
    """What is not there: for each, what it is for and how to get it, in one line."""
    missing = []
    for extra, purpose in PURPOSE.items():
        absent = [name for name, version in report["packages"][extra].items() if version is None]
        if absent and not (extra == "dev" and is_students_copy()):
            how = f"`make setup` in the repository, or `pip install 'dlcourse[{extra}]'`"
            missing.append(f"{', '.join(absent)}: {purpose}; {how}")
    if report["device"]["problem"]:
        missing.append(
            f"a PyTorch that can be imported ({report['device']['problem']}): "
            "`make clean-all` and `make setup` install it again"
        )
    for name, (_, purpose, how) in () if is_students_copy() else PROGRAMS.items():
        if report["programs"][name] is None and not (name == "bubblewrap" and os.name == "nt"):
            missing.append(f"{name}: {purpose}; {how}")
    sandbox = report["sandbox"]
    bubblewrap = report["programs"]["bubblewrap"]
    if sandbox is not None and bubblewrap is not None and not sandbox["works"]:
        missing.append(f"a sandbox: grading homework; {sandbox['enforces']['namespaces']}")
    if not report["data"]["writable"]:
        missing.append(
            f"a data folder that can be written to ({report['data']['folder']} cannot): "
            "name another in DLCOURSE_DATA"
        )
    return missing


def as_text(report):
    """The report as lines to read or to paste into an issue."""
    device, data = report["device"], report["data"]
    memory = f", {device['memory_gb']} GB memory" if device["memory_gb"] else ""
    name = f" ({device['name']})" if device["name"] else ""
    state = ("there" if data["exists"] else "not made yet") + (
        ", writable" if data["writable"] else ", not writable"
    )
    rows = [
        ("dlcourse", f"{report['dlcourse']}, core {report['core']}"),
        ("Python", f"{report['python']} ({report['interpreter']})"),
        ("platform", report["platform"]),
        ("device", f"{device['kind']}{name}; {device['cores']} cores{memory}"),
    ]
    for extra, versions in report["packages"].items():
        listed = ", ".join(f"{name} {version or 'missing'}" for name, version in versions.items())
        rows.append((extra, listed))
    rows.append(("data", f"{data['folder']} ({state})"))
    rows += [(name, path or "missing") for name, path in report["programs"].items()]
    sandbox = report["sandbox"] or {"works": False, "enforces": {}}
    enforced = sandbox["enforces"]
    for name, sentence in enforced.items() if sandbox["works"] else ():
        rows.append(("sandbox" if name == next(iter(enforced)) else "", f"{name}: {sentence}"))
    lines = [f"{label:<11}{value}" for label, value in rows]
    if report["missing"]:
        lines += ["", "Missing:", *(f"  {entry}" for entry in report["missing"])]
    else:
        lines += ["", "Nothing is missing."]
    return "\n".join(lines)
