"""Code and notebooks are in the project's format, and ruff finds nothing in them."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "command", [["check", "--output-format", "concise"], ["format", "--check"]], ids=" ".join
)
def test_ruff_finds_nothing(root, command):
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=root, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_notebooks_are_looked_at_but_for_the_generated_ones(root):
    command = [sys.executable, "-m", "ruff", "check", "--show-files", "."]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    files = {line.removeprefix(f"{root}/") for line in result.stdout.splitlines()}
    assert "solutions/hw1/hw1.ipynb" in files
    assert not any(name.startswith("assignments/") for name in files)
