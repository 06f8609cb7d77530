"""A set-up that fails says in one line what to do; the parts of it, one by one."""

import ast
import importlib
import sys
from collections import namedtuple

import pytest

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def tools(root, monkeypatch):
    """The folder tools/, importable for the length of one test."""
    monkeypatch.syspath_prepend(str(root / "tools"))
    yield importlib.import_module
    for name in ("create_environment", "pip_errors"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("name", ["create_environment.py", "pip_errors.py"])
def test_an_old_python_can_read_it(root, name):
    ast.parse((root / "tools" / name).read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 8, 18), (3, 10, 99), (2, 7, 18)])
def test_an_old_python_is_refused(tools, version):
    set_up = tools("create_environment")
    with pytest.raises(set_up.SetUpError) as error:
        set_up.check_python(version)
    assert f"found {'.'.join(map(str, version))}: install one" in str(error.value)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 2), (4, 0, 0)])
def test_a_new_python_is_taken(tools, version):
    tools("create_environment").check_python(version)


def test_the_oldest_python_is_the_one_that_is_declared(root, tools):
    oldest = ".".join(map(str, tools("create_environment").OLDEST))
    assert f'requires-python = ">={oldest}"' in (root / "pyproject.toml").read_text()


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_names_the_package(tools, monkeypatch, module, capsys, tmp_path):
    set_up = tools("create_environment")
    monkeypatch.setitem(sys.modules, module, None)  # what an import of it then raises: ImportError
    assert set_up.main(["--folder", str(tmp_path / "env")]) == 1
    error = capsys.readouterr().err
    assert f"sudo apt install python3.{sys.version_info[1]}-venv" in error
    assert len(error.splitlines()) == 1


def test_a_full_disk_is_found_before_the_download(tools, monkeypatch, capsys, tmp_path):
    set_up = tools("create_environment")
    monkeypatch.setattr(set_up.shutil, "disk_usage", lambda path: Usage(5e9, 4.3e9, 7e8))
    assert set_up.main(["--folder", str(tmp_path / "env")]) == 1
    error = capsys.readouterr().err
    assert "the disk has 0.7 GB free and a set-up takes about 3 GB" in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "env").exists()


def test_a_disk_that_fills_while_writing(tools, monkeypatch, capsys, tmp_path):
    set_up = tools("create_environment")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(set_up, "create", full)
    assert set_up.main(["--folder", str(tmp_path / "env")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("set-up failed: the disk is full: free about 3 GB")
    assert len(error.splitlines()) == 1


def test_an_interruption_is_no_traceback(tools, monkeypatch, capsys, tmp_path):
    set_up = tools("create_environment")

    def stop(folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(set_up, "is_usable", stop)
    assert set_up.main(["--folder", str(tmp_path)]) == 130
    assert "run the same command again" in capsys.readouterr().err


NO_NAME = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError("
    "'<HTTPSConnection>: Failed to establish a new connection: [Errno -3] Temporary failure in "
    "name resolution')': /simple/numpy/\n"
    "ERROR: Could not find a version that satisfies the requirement numpy (from versions: none)\n"
    "ERROR: No matching distribution found for numpy\n"
)


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        (NO_NAME, "the package index cannot be reached: check the network"),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on "
            "device: '/tmp/pip-unpack-x/torch.whl'\n",
            "the disk is full: free about 3 GB",
        ),
        (
            "WARNING: Retrying after connection broken by 'SSLError(SSLCertVerificationError(1, "
            "'[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))': /simple/numpy/\n"
            "ERROR: No matching distribution found for numpy\n",
            "name its file in PIP_CERT",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from "
            "versions: 2.14.0)\nERROR: No matching distribution found for torch==2.13.0\n",
            "has no torch==2.13.0 for Python 3.15 on this machine: install Python 3.11",
        ),
        (
            "ERROR: Cannot install dlcourse because these package versions have conflicting "
            "dependencies.\nERROR: ResolutionImpossible: for help visit ...\n",
            "`make constraints` brings them together",
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: "
            "'/srv/course/.venv/lib'\n",
            "check who owns the folder",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n",
            "a download was damaged: run the same command again",
        ),
        ("noise\nERROR: something new\nnoise\n", "ERROR: something new"),
        ("", "pip failed without a message of its own"),
    ],
    ids=["network", "disk", "certificate", "no build", "conflict", "permission", "hash", "?", "-"],
)
def test_what_pip_wrote_becomes_one_line(tools, output, advice):
    line = tools("pip_errors").what_to_do(output, "3.15", 3.0)
    assert advice in line
    assert "\n" not in line
