"""What a machine can enforce is tried, said, and decides whether student code runs at all."""

import os
import subprocess
import sys

import pytest

from dlcourse.grading import sandbox
from dlcourse.grading.sandbox import (
    bubblewrap,
    capabilities,
    cgroup,
    filter,
    identity,
    libraries,
    policy,
)


@pytest.fixture
def fresh():
    """Ask again, here and after the test: the answer is kept for a process's life."""
    capabilities.probe.cache_clear()
    yield
    capabilities.probe.cache_clear()


def test_every_report_is_a_sentence_of_one_line(able):
    assert set(able.reports) == {"namespaces", "user", "system calls", "memory", "processes"}
    assert all("\n" not in line and len(line) > 20 for line in able.lines())


def fake_bubblewrap(tmp_path, script):
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return lambda: str(program)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "bubblewrap is missing"),
        ("echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1", "setting up uid map"),
        ("exit 1", "it says nothing"),
    ],
)
def test_a_machine_that_cannot_refuses_and_says_why(tmp_path, monkeypatch, fresh, script, reason):
    program = fake_bubblewrap(tmp_path, script) if script else lambda: None
    monkeypatch.setattr(bubblewrap, "program", program)
    with pytest.raises(sandbox.Unavailable, match=reason) as refused:
        sandbox.start(sandbox.Policy(), tmp_path)
    assert "--unsafe-no-sandbox" in str(refused.value)
    assert "\n" not in str(refused.value)
    with pytest.raises(sandbox.Unavailable, match=reason):
        sandbox.Pool(sandbox.Policy(), tmp_path)


def test_another_system_is_told_of_the_container(monkeypatch, fresh):
    monkeypatch.setattr(sys, "platform", "darwin")
    able = sandbox.probe()
    assert not able.sandbox
    assert "docker/README.md has a container" in able.advice()


def test_a_sandbox_that_breaks_at_its_start_is_refused_too(tmp_path, monkeypatch):
    """What was probed can be gone: no kernel runs outside, and nothing is left behind."""
    assert sandbox.probe().sandbox
    fake = fake_bubblewrap(tmp_path, "echo 'bwrap: no more namespaces' >&2; exit 1")
    monkeypatch.setattr(bubblewrap, "program", fake)
    with pytest.raises(sandbox.Unavailable, match="no more namespaces"):
        sandbox.start(sandbox.Policy(libraries=()), tmp_path)
    assert os.listdir(tmp_path) == ["bwrap"]


def test_only_when_told_student_code_runs_with_all_rights(tmp_path, conversation, monkeypatch):
    import resource  # not on Windows

    monkeypatch.setattr(bubblewrap, "program", lambda: None)
    files = tmp_path / "files"
    files.mkdir()
    (files / "notes.txt").write_text("my own file")
    unsafe = sandbox.Policy(files=files, libraries=("numpy",), unsafe=True)
    place = tmp_path / "place"
    place.mkdir()
    with sandbox.start(unsafe, place) as zone:
        talk = conversation(zone)
        assert talk.run("print(open('notes.txt').read())")[1] == "my own file\n"
        assert talk.run("import os; print(os.getuid())")[1] == f"{os.getuid()}\n"
        assert talk.run("import numpy; print(numpy.ones(2).sum())")[1] == "2.0\n"
        # What else this user runs is no process of the student's.
        limit = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC))"
        assert talk.run(limit)[1] == f"{resource.getrlimit(resource.RLIMIT_NPROC)}\n"
        assert talk.run("import os; os._exit(3)")[0] is None
        assert talk.wait_for_end() == ("crashed", "the kernel ended by itself with exit code 3")
    assert os.listdir(place) == []


def test_a_root_who_may_not_map_users_is_as_any_user(monkeypatch):
    def refuse():
        raise PermissionError("uid_map")

    monkeypatch.setattr(identity, "user_namespace", refuse)
    assert identity.is_root.__wrapped__() is False


@pytest.fixture
def as_any_user(monkeypatch):
    """Without a user of the zone's own: as where the grader is not root."""
    monkeypatch.setattr(identity, "is_root", lambda: False)


def test_a_user_with_one_name_is_nobody_in_there_too(
    tmp_path, conversation, as_any_user, monkeypatch
):
    monkeypatch.setenv("FAKE_TOKEN", "SECRET")
    outside = tmp_path / "outside"
    outside.write_text("SECRET")
    place = tmp_path / "place"
    place.mkdir()
    policy = sandbox.Policy(libraries=("numpy",), limits=sandbox.Limits(processes=30))
    with sandbox.start(policy, place) as zone:
        talk = conversation(zone)
        assert talk.run("import os; print(os.getuid(), os.listdir('/home'))")[1].startswith("65534")
        assert talk.run(f"open({str(outside)!r})")[2] == "FileNotFoundError"
        assert talk.run("open('mine', 'w').write('x')")[0] == "ok"
        for folder in ("/", "/dev", "/zone", "/etc", "/usr"):
            assert talk.run(f"open('{folder}/x', 'w')")[2] == "OSError"
        environment = (
            "open('/proc/1/environ', 'rb').read() + open('/proc/self/environ', 'rb').read()"
        )
        assert talk.run(f"print(b'SECRET' in {environment})")[1] == "False\n"
        assert talk.run("open('/zone/exchange/x', 'w')")[2] == "OSError"
        bomb = "import os, time\nwhile True:\n    if not os.fork(): time.sleep(60)"
        ename = talk.run(bomb)[2]
        assert ename == "BlockingIOError" or talk.wait_for_end()[0] == "crashed"


def test_without_libseccomp_the_namespaces_still_hold(tmp_path, conversation, monkeypatch):
    monkeypatch.setattr(filter, "program", lambda: None)
    with sandbox.start(sandbox.Policy(libraries=()), tmp_path) as zone:
        talk = conversation(zone)
        code = "import socket; socket.create_connection(('1.1.1.1', 80), timeout=1)"
        assert talk.run(code)[2] == "OSError"
        assert talk.run("import os; os.kill(1, 9)")[2] in (None, "PermissionError")
        assert talk.run("print('well')")[1] == "well\n"


def test_the_filter_is_a_program_for_this_machine(able):
    if filter.library() is None:
        assert not able.reports["system calls"][0]
    else:
        assert len(filter.program()) % 8 == 0  # struct sock_filter has 8 bytes
        assert len(filter.program()) > 8 * sum(map(len, map(str.split, filter.DENIED.values()))) / 2


def test_a_library_that_is_not_there_is_named(tmp_path):
    with pytest.raises(libraries.UnknownLibrary, match="'no_such_thing' is not in this environ"):
        sandbox.start(sandbox.Policy(libraries=("no_such_thing",)), tmp_path)
    with pytest.raises(libraries.UnknownLibrary, match="has no part 'nothing'"):
        sandbox.start(sandbox.Policy(libraries=("dlcourse.nothing",)), tmp_path)
    assert os.listdir(tmp_path) == []


def test_what_is_shown_of_the_course_is_a_list_of_what_is_allowed(root):
    """A part that is added to the package tomorrow is not open to students by itself."""
    shown = libraries.find(policy.COURSE, policy.ANSWERS)
    package = root / "dlcourse"
    parts = {path.relative_to(package).parts[0] for path in shown if package in path.parents}
    assert parts == {
        "__init__.py",
        "data",
        "grad_mode.py",
        "notebook.py",
        "random.py",
        "version.py",
        "viz",
    }


def test_hidden_parts_stay_closed_in_a_package_that_is_open(root):
    shown = libraries.find(("dlcourse",), policy.ANSWERS)
    package = root / "dlcourse"
    parts = {path.relative_to(package).parts[0] for path in shown if package in path.parents}
    assert "viz" in parts
    assert not parts & {"nn", "optim", "models", "training", "grading"}


@pytest.mark.parametrize("wrong", [{"memory": 0}, {"seconds": -1}, {"processes": "many"}])
def test_limits_are_positive_numbers(wrong):
    with pytest.raises(
        ValueError, match=f"the limit {next(iter(wrong))} must be a positive number"
    ):
        sandbox.Limits(**wrong)


def test_a_policy_names_folders_and_libraries(tmp_path):
    with pytest.raises(ValueError, match="files must be a folder"):
        sandbox.Policy(files=tmp_path / "nothing")
    with pytest.raises(TypeError, match="libraries must be a sequence of names"):
        sandbox.Policy(libraries="numpy")
    with pytest.raises(ValueError, match="the workplace must not lie in the submission"):
        sandbox.start(sandbox.Policy(files=tmp_path), tmp_path / "zones")


def test_a_submission_that_fills_the_disk_is_refused(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    with open(files / "big", "wb") as file:
        file.truncate(3 * 2**20)
    policy = sandbox.Policy(files=files, libraries=(), limits=sandbox.Limits(disk=2))
    with pytest.raises(ValueError, match="the submission has 1 files of 3 MB together"):
        sandbox.start(policy, tmp_path)
    assert os.listdir(tmp_path) == ["files"]


def test_groups_of_graders_that_were_killed_are_taken_away():
    if not cgroup.parents():
        pytest.skip("no control groups that this user may divide")
    with subprocess.Popen(["true"]) as process:
        dead = process.pid
    made = [parent / f"dlcourse-zone-{dead}-x" for parent in cgroup.parents().values()]
    for folder in made:
        folder.mkdir()
    cgroup.sweep.cache_clear()
    cgroup.sweep()
    assert not any(folder.exists() for folder in made)


def test_control_groups_are_found_where_they_can_be_divided(tmp_path, monkeypatch):
    """Version 2, as systemd hands it to a session: the group above this process's own."""
    session = tmp_path / "user.slice" / "app.slice"
    own = session / "terminal.scope"
    own.mkdir(parents=True)
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids")
    (own / "cgroup.subtree_control").write_text("")
    (session / "cgroup.subtree_control").write_text("memory pids\n")
    monkeypatch.setattr(cgroup, "ROOT", tmp_path)
    monkeypatch.setattr(cgroup, "_can_divide", lambda folder, file: folder == session)
    found = cgroup._unified({"unified": "/user.slice/app.slice/terminal.scope"})
    assert found == session
