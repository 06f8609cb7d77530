"""Kernels that are copies of one process: nothing goes from one submission to another."""

import os
import subprocess

import pytest

from dlcourse.grading import sandbox
from dlcourse.grading.sandbox import bubblewrap, forking, identity, template

pytestmark = pytest.mark.skipif(not identity.is_root(), reason="only root enters a zone")


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    policy = sandbox.Policy(libraries=("numpy",))
    with template.Template(tmp_path_factory.mktemp("template") / "kernels", policy) as running:
        yield running.path


@pytest.fixture
def begin_copied(tmp_path, kernels, conversation):
    zones = []

    def begin_copied(name="files", path=kernels, **more):
        (tmp_path / name).mkdir(exist_ok=True)
        policy = sandbox.Policy(files=tmp_path / name, libraries=("numpy",), **more)
        zones.append(sandbox.start(policy, tmp_path, template=path))
        return conversation(zones[-1])

    yield begin_copied
    for zone in zones:
        zone.kill()


def test_two_zones_share_no_namespace_and_no_state(begin_copied, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "mine.txt").write_text("of one")
    one, two = begin_copied("one"), begin_copied("two")
    assert one.zone.kernel != two.zone.kernel
    assert one.run("import os; print(os.listdir())")[1] == "['mine.txt']\n"
    assert two.run("import os; print(os.listdir())")[1] == "[]\n"
    names = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
    ask = f"for n in {names}: print(os.readlink('/proc/self/ns/' + n))"
    spaces = [set(talk.run(ask)[1].split()) for talk in (one, two)]
    ours = {os.readlink(f"/proc/self/ns/{name}") for name in names}
    assert len(spaces[0]) == len(names)
    assert not spaces[0] & spaces[1]
    assert not (spaces[0] | spaces[1]) & ours
    one.run("import numpy, sys; numpy.left = sys.left = 1; open('/tmp/left', 'w').close()")
    code = (
        "import numpy, os, sys\n"
        "print(hasattr(numpy, 'left'), hasattr(sys, 'left'), os.listdir('/tmp'))"
    )
    assert two.run(code)[1] == "False False []\n"
    assert begin_copied("three").run(code)[1] == "False False []\n"


def test_random_numbers_differ(begin_copied):
    ask = "import random, numpy, uuid; print(random.random(), numpy.random.rand(), uuid.uuid4())"
    one, two = (begin_copied(name).run(ask)[1].split() for name in ("one", "two"))
    assert all(a != b for a, b in zip(one, two, strict=True))


def test_what_takes_longest_to_import_is_there_before_and_random_numbers_differ(
    tmp_path, conversation
):
    pytest.importorskip("torch")
    policy = sandbox.Policy(libraries=("numpy", "torch"))
    ask = (
        "import sys; print('torch' in sys.modules)\n"
        "import torch; print(torch.rand(1).item(), torch.ones(99, 99).mm(torch.eye(99)).sum())"
    )
    said = []
    with template.Template(tmp_path / "kernels", policy) as running:
        for _ in range(2):
            with sandbox.start(policy, tmp_path, template=running.path) as zone:
                assert zone.kernel is not None
                said.append(conversation(zone).run(ask)[1].split())
    assert [line[0] for line in said] == ["True", "True"]
    assert said[0][1] != said[1][1]
    assert said[0][2] == said[1][2] == "tensor(9801.)"


def test_a_submission_that_hides_numpy_starts_fresh(begin_copied, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "numpy.py").write_text("mine = True")
    talk = begin_copied()
    assert talk.zone.kernel is None
    assert talk.run("import numpy; print(numpy.mine)")[1] == "True\n"


def test_a_zone_of_another_policy_starts_fresh(tmp_path, kernels):
    assert template.serves(kernels, sandbox.Policy(libraries=("numpy",)))
    for other in ({"libraries": ()}, {"hidden": ()}, {"unsafe": True}, {"data": tmp_path}):
        policy = sandbox.Policy(**{"libraries": ("numpy",), **other})
        assert not template.serves(kernels, policy)


def test_without_its_template_a_zone_starts_fresh(begin_copied, tmp_path, kernels):
    gone = tmp_path / "gone"
    gone.with_suffix(".json").write_text(kernels.with_suffix(".json").read_text())
    talk = begin_copied(path=gone)
    assert talk.zone.kernel is None
    assert talk.run("print(1)")[1] == "1\n"


def test_it_cannot_be_had_by_others_than_root(tmp_path, monkeypatch):
    monkeypatch.setattr(identity, "is_root", lambda: False)
    with pytest.raises(RuntimeError, match="only root"):
        template.Template(tmp_path / "kernels")


def test_a_process_with_a_power_left_becomes_no_kernel():
    here = os.stat("/")
    root = [here.st_dev, here.st_ino]
    with pytest.raises(RuntimeError, match="outermost folder"):
        forking.check(identity.NOBODY, True, [0, 0], {})
    with pytest.raises(RuntimeError, match="namespace is the grader's"):
        forking.check(identity.NOBODY, True, root, forking.namespaces())
    with pytest.raises(RuntimeError, match="not locked in: Cap"):
        forking.check(identity.NOBODY, True, root, {})


def test_powers_are_given_up_for_good():
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import forking as f; "
        "here = os.stat('/'); f.give_up(65534, None); "
        "f.check(65534, False, [here.st_dev, here.st_ino], {}); print('locked in')\n"
        "try: os.setuid(0)\n"
        "except PermissionError: print('for good')"
    )
    folder = os.path.dirname(forking.__file__)
    python = [str(bubblewrap.interpreter()), "-S", "-c", code, folder]
    done = subprocess.run(python, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:2] == ["locked in", "for good"], done.stderr
