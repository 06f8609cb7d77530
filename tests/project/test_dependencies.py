"""pyproject.toml, constraints.txt, environment.yml and the pre-commit file say the same."""

import subprocess
import sys
import tomllib
from itertools import chain

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

CONDA_NAMES = {"torch": "pytorch", "playwright": "playwright-python"}


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def declared(project):
    """Every requirement of the project, of its core and of its extras, by canonical name."""
    lines = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}


@pytest.fixture(scope="module")
def pinned(root):
    lines = (root / "constraints.txt").read_text().splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {requirement.name: requirement for requirement in requirements}


def test_the_core_needs_numpy_alone(project):
    assert [Requirement(line).name for line in project["dependencies"]] == ["numpy"]
    assert {"torch", "course", "dev"} <= set(project["optional-dependencies"])


def test_ranges_are_wide(declared):
    for requirement in declared.values():
        operators = {specifier.operator for specifier in requirement.specifier}
        assert ">=" in operators, f"{requirement} has no lower bound"
        assert operators <= {">=", "<", "!="}, f"{requirement} is pinned: constraints.txt does that"


def test_constraints_pin_exactly_one_public_release_each(root, pinned):
    for requirement in pinned.values():
        (specifier,) = requirement.specifier
        assert specifier.operator == "=="
        assert Version(specifier.version).local is None, f"{requirement} names one build"
        assert requirement.url is None
        assert requirement.name == canonicalize_name(requirement.name)
    text = (root / "constraints.txt").read_text()
    assert "://" not in text
    assert not any(line.startswith("-") for line in text.splitlines())


def test_constraints_hold_every_requirement_within_its_range(declared, pinned):
    missing = sorted(declared.keys() - pinned.keys())
    assert not missing, f"not in constraints.txt: {missing}; run `make constraints`"
    for name, requirement in declared.items():
        (specifier,) = pinned[name].specifier
        assert requirement.specifier.contains(specifier.version), f"{pinned[name]}: {requirement}"


def test_conda_environment_has_the_same_packages_and_ranges(root, project, declared):
    environment = yaml.safe_load((root / "environment.yml").read_text())
    assert environment["name"] == project["name"]
    assert environment["channels"][0] == "conda-forge"
    lines = environment["dependencies"]
    from_index = next((line["pip"] for line in lines if isinstance(line, dict)), [])
    lines = [line for line in lines if isinstance(line, str)]
    conda = {Requirement(line).name: Requirement(line) for line in [*lines, *from_index]}
    assert len(conda) == len(lines) + len(from_index), "a package is named twice"
    assert str(conda.pop("python").specifier) == project["requires-python"]
    assert not conda.pop("pip").specifier
    expected = {CONDA_NAMES.get(name, name): r.specifier for name, r in declared.items()}
    assert {name: r.specifier for name, r in conda.items()} == expected


@pytest.mark.parametrize(("hook", "package"), [("ruff", "ruff"), ("nbstripout", "nbstripout")])
def test_pre_commit_runs_the_tested_versions(root, pinned, hook, package):
    config = yaml.safe_load((root / ".pre-commit-config.yaml").read_text())
    (repo,) = [r for r in config["repos"] if hook in r["repo"]]
    assert str(pinned[package].specifier) == f"=={repo['rev'].removeprefix('v')}"


def test_every_python_that_is_tested_is_named(root, project):
    classifiers = " ".join(project["classifiers"])
    workflow = yaml.safe_load((root / ".github/workflows/tests.yml").read_text())
    for job in workflow["jobs"].values():
        versions = job["strategy"]["matrix"]["python"]
        assert all(f"Python :: {version}" in classifiers for version in versions)
        assert f">={versions[0]}" == project["requires-python"]


def test_a_frozen_set_names_releases_and_not_builds(root):
    program = (
        "from freeze_constraints import as_constraints\n"
        "print(as_constraints({'torch': '2.13.0+cpu', 'Sphinx_Design': '0.8', 'dlcourse': '1'}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(root / "tools"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["sphinx-design==0.8", "torch==2.13.0"]
