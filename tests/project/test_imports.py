"""Who may import whom, and what a fresh process loads."""

import json
import subprocess
import sys

import pytest

HEAVY = {"torch", "torchvision", "matplotlib", "sklearn", "scipy", "IPython", "ipywidgets", "tqdm"}
# What NumPy brings, with the parts of the standard library that the package may use freely.
BASELINE = "import numpy, numpy.random, dataclasses, contextlib, inspect, importlib, threading"


def modules_after(code):
    """The names in sys.modules after running code in a fresh interpreter."""
    program = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(result.stdout))


def test_the_import_contract_holds(root):
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("module", ["dlcourse", "dlcourse.nn", "dlcourse.optim"])
def test_importing_the_core_adds_little_to_numpy(module):
    loaded = modules_after(f"import {module}")
    assert not loaded & HEAVY
    added = {name for name in loaded - modules_after(BASELINE) if not name.startswith("dlcourse")}
    assert len(added) <= 5, f"import {module} also loads {sorted(added)}"


def test_import_time_lists_neither_torch_nor_matplotlib():
    command = [sys.executable, "-X", "importtime", "-c", "import dlcourse"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    listed = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in result.stderr.splitlines()}
    assert {"dlcourse", "numpy"} <= listed
    assert not listed & HEAVY


def test_importing_the_package_loads_none_of_its_parts():
    loaded = modules_after("import dlcourse")
    assert not {f"dlcourse.{part}" for part in ("data", "grading", "nn", "optim", "viz")} & loaded


def test_a_part_loads_when_it_is_first_used():
    loaded = modules_after("import dlcourse; dlcourse.nn.Linear; dlcourse.optim.SGD")
    assert {"dlcourse.nn", "dlcourse.optim"} <= loaded
    assert "dlcourse.viz" not in loaded


def test_data_loads_its_sources_where_they_are_used():
    assert not modules_after("import dlcourse.data") & HEAVY


def test_what_the_package_does_not_have_is_an_attribute_error():
    import dlcourse

    with pytest.raises(AttributeError, match="module 'dlcourse' has no attribute 'torch'"):
        _ = dlcourse.torch
    assert {"nn", "optim", "set_up"} <= set(dir(dlcourse))
