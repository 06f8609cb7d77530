"""Where the data lie, by the variable and by the custom of each system."""

import sys
from pathlib import Path

import pytest

from dlcourse.data.folder import data_folder


def test_the_variable_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.setenv("DLCOURSE_DATA", "~/sets")
    assert data_folder() == Path.home() / "sets"


@pytest.mark.parametrize(
    ("system", "environment", "expected"),
    [
        ("linux", {}, ".cache/dlcourse"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, ".cache/dlcourse"),
        ("darwin", {"XDG_CACHE_HOME": "/ignored"}, "Library/Caches/dlcourse"),
        ("win32", {}, "AppData/Local/dlcourse"),
    ],
)
def test_without_it_the_users_cache_is_taken(monkeypatch, system, environment, expected):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DLCOURSE_DATA", "")
    monkeypatch.setattr(sys, "platform", system)
    assert data_folder() == Path.home() / expected


@pytest.mark.parametrize(
    ("system", "name"), [("linux", "XDG_CACHE_HOME"), ("win32", "LOCALAPPDATA")]
)
def test_the_systems_own_variable_counts(monkeypatch, tmp_path, system, name):
    monkeypatch.delenv("DLCOURSE_DATA", raising=False)
    monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(sys, "platform", system)
    assert data_folder() == tmp_path / "dlcourse"
