"""A class graded by a user who is not root and has subordinate users: kernels are copied for them.

Where the tests run as root, one process becomes such a user; what it must see of the disk and what
/etc/subuid says are arranged in a mount namespace of its own, and nothing of the machine changes.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dlcourse.grading import prefork
from dlcourse.grading.sandbox import bubblewrap, identity

ROOT = Path(__file__).parents[2]
USER, SUBORDINATE = "daemon", ("/etc/subuid", "/etc/subgid")
pytestmark = pytest.mark.skipif(not prefork.AVAILABLE, reason="namespaces are Linux's")

_GRADE = """\
import json, os, pathlib, sys
from dlcourse.grading import batch
from dlcourse.grading.sandbox import bubblewrap, identity

if not identity.own_root(bubblewrap.program()):
    sys.exit("no user namespace with powers can be had here")
root = pathlib.Path(sys.argv[1])
summary = batch.grade(root, "small", root / "grades" / "submitted", batch.Options(jobs=1))
print(json.dumps({"user": os.geteuid(), "rows": [
    [row.student, row.state, row.marks.automatic] for row in summary.rows
]}))
"""

_BECOME = """\
import os, subprocess, sys
from pathlib import Path

user, names, *needed = sys.argv[1], sys.argv[2].split(","), *sys.argv[3].split(",")
for name in names:
    subprocess.run(["mount", "--bind", sys.argv[4], name], check=True)
needed = {Path(path): os.open(path, os.O_PATH) for path in needed}
closed = {
    folder for path in needed for folder in [path, *path.parents] if not folder.stat().st_mode & 1
}
# Nobody may pass these: an empty folder takes the place of each, with what is needed in it.
for folder in closed - {each for each in closed for above in closed if above in each.parents}:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder], check=True)
    for path, descriptor in needed.items():
        if path.is_relative_to(folder):
            path.mkdir(parents=True, exist_ok=True)
            bind = ["mount", "-c", "--bind", f"/proc/self/fd/{descriptor}", path]
            subprocess.run(bind, pass_fds=[descriptor], check=True)
os.chdir("/")
become = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"]
os.execvp("setpriv", [*become, sys.executable, "-c", *sys.argv[5:]])
"""


def as_ordinary_user(script, folder, tmp_path):
    """The command that runs a script as a user who may write to `folder`."""
    if os.geteuid() != 0:
        return [sys.executable, "-c", script, str(folder)]
    if not all(map(os.path.exists, SUBORDINATE)):
        pytest.skip("there is no /etc/subuid to put another in the place of")
    lent = tmp_path / "subuid"
    lent.write_text(f"{USER}:100000:65536\n")
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, USER, USER)
    needed = [sys.base_prefix, sys.prefix, str(ROOT), str(folder)]
    words = [USER, ",".join(SUBORDINATE), ",".join(needed), str(lent), script, str(folder)]
    return ["unshare", "--mount", sys.executable, "-c", _BECOME, *words]


def test_student_code_is_another_user(small_course, answer, tmp_path):
    if not all(map(shutil.which, ("newuidmap", "newgidmap", "unshare", "setpriv"))):
        pytest.skip("the programs of the package uidmap are not there")
    (tmp_path / "course").mkdir()
    root = small_course.make(tmp_path / "course")
    # Two lines are in it where root and nobody are known to the zone, and one otherwise.
    known = "len(open('/proc/self/uid_map').readlines())"
    small_course.hand_in(root, "ann", answer(twice=f"def twice(x):\n    return {known} * x"))
    small_course.hand_in(root, "ben", answer(root="import os\n\nos._exit(1)"))
    done = subprocess.run(
        as_ordinary_user(_GRADE, root, tmp_path),
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(root), "TMPDIR": "/tmp"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 1 and "can be had here" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["user"] != 0
    assert said["rows"] == [
        ["ann", "graded and awaiting hand marks", 5.0],
        ["ben", "graded and awaiting hand marks", 3.0],
    ]


def test_root_needs_no_namespace_for_that(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert identity.own_root.__wrapped__(bubblewrap.program()) == ()


def test_files_that_are_the_users_alone_keep_student_code_that_user(tmp_path, monkeypatch):
    private = tmp_path / "version.py"
    private.write_text("")
    private.chmod(0o600)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(identity, "_needed", lambda: [private])
    monkeypatch.setattr(subprocess, "run", None)  # a trial would fail for another reason
    assert identity.own_root.__wrapped__("bwrap") == ()
