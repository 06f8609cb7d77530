"""Real zones for the tests: one that many of them ask, and others for what ends a zone."""

import dataclasses
import os
import time
from queue import Empty

import pytest

from dlcourse.grading import sandbox
from dlcourse.grading.sandbox import identity, template


@pytest.fixture(scope="session", autouse=True)
def able():
    """What this machine can enforce. Without a sandbox these tests say nothing, and fail in CI."""
    able = sandbox.probe()
    if not able.sandbox:
        reason = able.reports["namespaces"][1]
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
    return able


@pytest.fixture(scope="session")
def secret(tmp_path_factory):
    """A course beside the submissions: a solution, a gradebook, another student's work."""
    root = tmp_path_factory.mktemp("course")
    for name in ("solutions/hw1.ipynb", "grades/gradebook.db", "submitted/other/hw1/hw1.ipynb"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("SECRET")
    folder = root / "submitted" / "mallory" / "hw1"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("my own file")
    (folder / "sub").mkdir()
    (folder / "sub" / "deep.txt").write_text("deeper")
    (folder / "escape").symlink_to(root / "grades" / "gradebook.db")
    (folder / "out").symlink_to(root)
    os.mkfifo(folder / "pipe")
    return root


class Talk:
    """A zone and its client: `run` gives what a cell printed, `None` where the zone ended."""

    def __init__(self, zone):
        self.zone, self.client = zone, zone.client()

    def run(self, code, timeout=15):
        """(status of the reply or None, text that was printed, ename)."""
        asked = self.client.execute(code, stop_on_error=False)
        text, ename, deadline = [], None, time.monotonic() + timeout
        while time.monotonic() < deadline and self.zone.ended() is None:
            try:
                message = self.client.get_iopub_msg(timeout=0.05)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") != asked:
                continue
            if message["msg_type"] == "stream":
                text.append(message["content"]["text"])
            elif message["msg_type"] == "error":
                ename = message["content"]["ename"]
            elif message["content"].get("execution_state") == "idle":
                return ("error" if ename else "ok"), "".join(text), ename
        return None, "".join(text), ename

    def wait_for_end(self, timeout=10):
        """How the zone ended."""
        deadline = time.monotonic() + timeout
        while self.zone.ended() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.zone.ended()


@pytest.fixture(scope="session")
def conversation():
    """Talk with a zone that a test has made itself."""
    return Talk


@pytest.fixture(scope="session", params=["fresh", "copied"])
def template_for(request, tmp_path_factory):
    """The socket of a Template for zones of a policy; None where their kernels start fresh."""
    if request.param == "fresh":
        yield lambda policy: None
        return
    if not identity.is_root():
        pytest.skip("only root may enter a zone from outside")
    running = {}

    def template_for(policy):
        if policy.libraries not in running:
            path = tmp_path_factory.mktemp("template") / "kernels"
            running[policy.libraries] = template.Template(path, policy)
            running[policy.libraries].wait()
        view = dataclasses.replace(policy, files=None)
        assert template.serves(running[policy.libraries].path, view)
        return running[policy.libraries].path

    yield template_for
    for each in running.values():
        each.close()


@pytest.fixture(scope="session")
def talk(secret, template_for, tmp_path_factory):
    """One zone that stays well: for what must fail without harm."""
    os.environ["FAKE_TOKEN"] = "SECRET"
    policy = sandbox.Policy(
        files=secret / "submitted" / "mallory" / "hw1",
        libraries=("numpy", *sandbox.policy.COURSE),
        limits=sandbox.Limits(memory=400, disk=20, file_size=8, processes=40, output=20_000),
    )
    place, kernels = tmp_path_factory.mktemp("zones"), template_for(policy)
    with sandbox.start(policy, place, template=kernels) as zone:
        assert (zone.kernel is None) == (kernels is None)
        yield Talk(zone)
    del os.environ["FAKE_TOKEN"]


@pytest.fixture
def begin(tmp_path, template_for):
    """Start a zone of one's own: `begin(memory=100)` gives a Talk; it is ended with the test."""
    zones = []

    def begin(files=None, libraries=(), **limits):
        if files is None:
            files = tmp_path / f"files{len(zones)}"
            files.mkdir()
        policy = sandbox.Policy(files=files, libraries=libraries, limits=sandbox.Limits(**limits))
        zones.append(sandbox.start(policy, tmp_path, template=template_for(policy)))
        return Talk(zones[-1])

    yield begin
    for zone in zones:
        zone.kill()
