"""`dlcourse doctor` finds what is there and says how to get what is not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dlcourse import cli, doctor


@pytest.fixture
def no_torch(monkeypatch):
    """A machine without PyTorch."""
    real = doctor.version_of
    monkeypatch.setattr(doctor, "version_of", lambda name: None if "torch" in name else real(name))


@pytest.fixture
def report(no_torch):
    return doctor.diagnose()


def test_the_core_works_here(report):
    assert report["core"] == "works"
    assert report["packages"]["core"]["numpy"] == np.__version__


def test_it_prints_the_same_as_text_and_as_json(no_torch, capsys):
    assert cli.main(["doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert cli.main(["doctor"]) == 0
    text = capsys.readouterr().out
    for value in (report["dlcourse"], report["python"], report["platform"], np.__version__):
        assert value in text
    assert all(entry in text for entry in report["missing"])


def test_missing_torch_is_named_with_the_way_to_get_it(report):
    entry = next(line for line in report["missing"] if line.startswith("torch, torchvision"))
    assert "pip install 'dlcourse[torch]'" in entry
    assert report["device"]["kind"] == "CPU"


@pytest.mark.parametrize("name", doctor.PROGRAMS)
def test_programs_are_looked_for_on_the_path(name, tmp_path, monkeypatch, no_torch):
    monkeypatch.setenv("PATH", str(tmp_path))
    report = doctor.diagnose()
    assert report["programs"][name] is None
    assert any(line.startswith(f"{name}: ") for line in report["missing"])
    suffix = ".exe" if os.name == "nt" else ""
    program = tmp_path / (doctor.PROGRAMS[name][0][-1] + suffix)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    report = doctor.diagnose()
    assert report["programs"][name].endswith(program.name)
    assert not any(line.startswith(f"{name}: ") for line in report["missing"])


def test_every_missing_thing_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "version_of", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = doctor.diagnose()["missing"]
    assert len(missing) >= len(doctor.PURPOSE) + len(doctor.PROGRAMS) - 1
    assert not any("\n" in line for line in missing)


def test_the_data_folder_that_is_named(tmp_path, monkeypatch, no_torch):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "later"))
    data = doctor.diagnose()["data"]
    assert data["named_by"] == "DLCOURSE_DATA"
    assert (data["exists"], data["writable"]) == (False, True)
    (tmp_path / "later").mkdir()
    assert doctor.look_at_data()["exists"]


def test_a_data_folder_below_a_file_cannot_be_written(tmp_path, monkeypatch, no_torch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "file" / "data"))
    report = doctor.diagnose()
    assert report["data"]["writable"] is False
    assert "name another in DLCOURSE_DATA" in report["missing"][-1]


def test_a_broken_core_is_reported_and_fails(monkeypatch, no_torch, capsys):
    from dlcourse.nn import ops

    monkeypatch.setattr(ops, "linear", lambda x, w, b: (x @ w.T, lambda dy: (dy @ w, dy, dy)))
    assert cli.main(["doctor"]) == 1
    assert "core fails: a linear layer computes wrong numbers" in capsys.readouterr().out


def test_a_core_that_raises_is_reported_in_one_line(monkeypatch):
    from dlcourse.nn import ops

    def broken(x, weight, bias):
        raise OSError("libopenblas.so\nis not there")

    monkeypatch.setattr(ops, "linear", broken)
    assert doctor.check_core() == "fails: OSError: libopenblas.so is not there"


def test_a_torch_that_cannot_be_imported_is_a_problem_with_a_name(tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch_cpu.so: wrong ELF class')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    device = doctor.find_device("2.13.0")
    assert device["problem"] == "ImportError: libtorch_cpu.so: wrong ELF class"
    assert device["kind"] == "CPU"


def test_a_torch_that_kills_the_process_is_survived(tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("import os\nos._exit(9)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert doctor.ask_torch() == {"problem": "importing torch ended with 9"}


@pytest.mark.parametrize(
    ("cuda", "mps", "kind", "name"),
    [
        (True, False, "CUDA", "2 x Accelerator, 80 GB"),
        (False, True, "MPS", None),
        (False, False, "CPU", None),
    ],
)
def test_the_device_that_torch_names(tmp_path, monkeypatch, cuda, mps, kind, name):
    (tmp_path / "torch.py").write_text(
        "from types import SimpleNamespace as N\n"
        f"cuda = N(is_available=lambda: {cuda}, get_device_name=lambda i: 'Accelerator',\n"
        "  device_count=lambda: 2, get_device_properties=lambda i: N(total_memory=80e9))\n"
        f"backends = N(mps=N(is_available=lambda: {mps}))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    device = doctor.find_device("2.13.0")
    assert (device["kind"], device["name"], device["problem"]) == (kind, name, None)


def able(works, sentence):
    from dlcourse.grading.sandbox import Capabilities

    return lambda: Capabilities(works, {"namespaces": (works, sentence), "memory": (True, "is")})


def test_what_a_sandbox_enforces_is_listed(monkeypatch, no_torch):
    monkeypatch.setattr("dlcourse.grading.sandbox.probe", able(True, "are there"), raising=False)
    report = doctor.diagnose()
    assert report["sandbox"]["enforces"] == {"namespaces": "are there", "memory": "is"}
    text = doctor.as_text(report)
    assert "sandbox    namespaces: are there\n           memory: is\n" in text


def test_a_sandbox_that_does_not_work_is_missing(monkeypatch, no_torch):
    monkeypatch.setattr("dlcourse.grading.sandbox.probe", able(False, "why"), raising=False)
    monkeypatch.setattr(doctor, "find_program", lambda name: "/usr/bin/it")
    report = doctor.diagnose()
    assert "a sandbox: grading homework; why" in report["missing"]
    assert "namespaces" not in doctor.as_text(report).split("Missing:")[0]


def test_the_home_folder_is_not_given_away(monkeypatch):
    home = Path.home()
    assert doctor.shorten(home / "course" / "data") == os.path.join("~", "course", "data")
    assert doctor.shorten(home) == "~"
    assert doctor.shorten(str(home) + "work") == str(home) + "work"


def test_it_loads_nothing_heavy():
    code = (
        "import sys; from dlcourse import doctor; doctor.diagnose();"
        "heavy = {'torch', 'matplotlib', 'sklearn', 'nbgrader', 'IPython', 'zmq'};"
        "heavy &= set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_its_packages_are_those_of_the_project(root):
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = {"core": project["dependencies"], **project["optional-dependencies"]}
    for extra, names in doctor.PACKAGES.items():
        known = {canonicalize_name(Requirement(line).name) for line in declared[extra]}
        assert known >= set(names)
