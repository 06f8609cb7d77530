"""The `dlcourse` command: its subcommands, what it prints, what it returns."""

import importlib
import subprocess
import sys
import tomllib

import pytest

from dlcourse import __version__, cli


def test_version_is_the_packages(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.strip() == f"dlcourse {__version__}"


def test_help_names_every_subcommand(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in cli.COMMANDS)


@pytest.mark.parametrize("argv", [[], ["teach"]], ids=["nothing", "unknown"])
def test_what_it_does_not_know_is_refused(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(argv)
    assert stop.value.code == 2
    assert "command" in capsys.readouterr().err


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_subcommand_explains_itself(name, capsys):
    module = importlib.import_module(cli.COMMANDS[name][0])
    assert callable(module.run)
    with pytest.raises(SystemExit) as stop:
        cli.main([name, "--help"])
    assert stop.value.code == 0
    assert cli.COMMANDS[name][1].split()[0] in capsys.readouterr().out


def test_the_help_of_the_command_loads_no_subcommand():
    code = (
        "import sys\nfrom dlcourse import cli\n"
        "try: cli.main(['--help'])\nexcept SystemExit: pass\n"
        f"loaded = set({[module for module, _ in cli.COMMANDS.values()]!r}) & set(sys.modules)\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_module_and_script_are_the_same_command(root):
    result = subprocess.run(
        [sys.executable, "-m", "dlcourse", "--version"], capture_output=True, text=True, cwd=root
    )
    assert result.stdout.strip() == f"dlcourse {__version__}"
    scripts = tomllib.loads((root / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts["dlcourse"] == "dlcourse.cli:main"


def test_the_exit_code_is_the_subcommands(monkeypatch):
    from dlcourse import doctor

    monkeypatch.setattr(doctor, "run", lambda args: 7)
    assert cli.main(["doctor"]) == 7
