"""Files that other programs read: workflows, citation, project table, hooks, licences."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from dlcourse import __version__

WORKFLOWS = ("tests", "newest", "site")


def test_the_workflows_are_the_ones_checked_here(root):
    found = {path.stem for path in (root / ".github/workflows").iterdir()}
    assert found == set(WORKFLOWS)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", [f".github/workflows/{name}.yml" for name in WORKFLOWS]),
        ("dependabot", [".github/dependabot.yml"]),
        ("citation-file-format", ["CITATION.cff"]),
    ],
)
def test_files_follow_their_schema(root, schema, files):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    result = subprocess.run([*command, *files], cwd=root, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_broken_workflow_would_be_noticed(root, tmp_path):
    broken = (root / ".github/workflows/tests.yml").read_text().replace("runs-on:", "runs_on:")
    (tmp_path / "broken.yml").write_text(broken)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    command += ["vendor.github-workflows", str(tmp_path / "broken.yml")]
    assert subprocess.run(command, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("validate_pyproject.cli", ["pyproject.toml"]),
        ("pre_commit", ["validate-config", ".pre-commit-config.yaml"]),
    ],
)
def test_tables_of_tools_are_valid(root, module, arguments):
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=root, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr


def workflow(root, name):
    return yaml.safe_load((root / f".github/workflows/{name}.yml").read_text())


def steps(root, name):
    return [step for job in workflow(root, name)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_may_only_read_but_for_the_publication(root, name):
    table = workflow(root, name)
    assert table["permissions"] == {"contents": "read"}
    for job_name, job in table["jobs"].items():
        wanted = {"pages": "write", "id-token": "write"} if job_name == "publish" else None
        assert job.get("permissions") == wanted
        assert job["timeout-minutes"] <= 90
    assert "concurrency" in table


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_github_s_own_at_a_major_version(root, name):
    used = [step["uses"] for step in steps(root, name) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in used), used


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_call_what_exists(root, name):
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))
    commands = "\n".join(step["run"] for step in steps(root, name) if "run" in step)
    called = re.findall(r"\bmake ([a-z-]+)", commands)
    assert set(called) <= targets
    scripts = re.findall(r"python ((?:tools|book)/\S+\.py)", commands)
    assert called or scripts
    assert all((root / script).is_file() for script in scripts), scripts


def test_every_system_and_every_python_is_tested(root):
    jobs = workflow(root, "tests")["jobs"]
    desktop = jobs["desktop"]["strategy"]["matrix"]
    assert desktop["os"] == ["macos-latest", "windows-latest"]
    assert jobs["linux"]["runs-on"] == "ubuntu-latest"
    assert desktop["python"] == jobs["linux"]["strategy"]["matrix"]["python"]


def test_the_weekly_run_takes_no_constraints(root):
    table = workflow(root, "newest")
    assert table[True]["schedule"][0]["cron"].endswith("1")  # YAML reads `on` as true
    assert any("--newest" in step.get("run", "") for step in steps(root, "newest"))


def test_the_site_that_is_built_is_the_one_published(root):
    upload = next(s for s in steps(root, "site") if "upload-pages" in s.get("uses", ""))
    assert upload["with"]["path"] == "book/_build/html"


def test_one_version_everywhere(root):
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    assert citation["version"] == __version__
    assert f"## {__version__}" in (root / "CHANGELOG.md").read_text()


def test_licences_are_those_that_are_claimed(root):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert project["license"] == "MIT"
    assert (root / "LICENSE").read_text().startswith("MIT License")
    assert (root / "LICENSE-text").read_text().startswith("Attribution 4.0 International")
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    assert citation["license"] == ["MIT", "CC-BY-4.0"]
    assert all((root / name).is_file() for name in project["license-files"])


def test_continuous_integration_is_the_same_command(root):
    script = (root / ".ci/run").read_text()
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in script
    assert script.rstrip().endswith("make test")
