"""What a submission leaves behind, where nobody looks after orphans, as in many a container."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dlcourse.grading import batch, prefork
from dlcourse.grading.remote import frames
from dlcourse.grading.sandbox import identity

pytestmark = pytest.mark.skipif(not prefork.AVAILABLE, reason="processes are forked on Linux alone")

# As the first process of such a container: orphans come to it, and it waits for none of them.
_CARELESS = """\
import ctypes, json, os, pathlib, sys, time
import psutil
from dlcourse.grading import batch, sandbox

assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0  # PR_SET_CHILD_SUBREAPER
sandbox.probe()  # what this machine can do is tried once, and that is not what is looked at
time.sleep(0.5)
while psutil.Process().children():
    os.wait()
root = pathlib.Path(sys.argv[1])
options = batch.Options(jobs=1, pages=False)
summary = batch.grade(root, "small", root / "grades" / "submitted", options)
states = [row.state for row in summary.rows]
left = [child.name() for child in psutil.Process().children() if child.status() == "zombie"]
print(json.dumps({"states": states, "left": left}))
"""


def test_nothing_is_left_to_a_careless_first_process(small_course, answer, tmp_path):
    root = small_course.make(tmp_path)
    small_course.hand_in(root, "ann", answer())
    # A process of its own, which student code leaves behind.
    daemon = "import subprocess\n\nsubprocess.Popen(['sleep', '60'], start_new_session=True)\n\n\n"
    small_course.hand_in(root, "ben", answer(root=f"{daemon}def root(x):\n    return x**0.5"))
    done = subprocess.run(
        [sys.executable, "-c", _CARELESS, str(root)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["states"] == ["graded and awaiting hand marks"] * 2
    assert said["left"] == []


def test_kernels_are_made_for_the_libraries_of_the_homework(small_course, answer, tmp_path):
    pytest.importorskip("torch")
    if not identity.is_root():
        pytest.skip("only root enters a zone")
    root = small_course.make(tmp_path)
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write('c.TwoZoneExecute.libraries_of = {"small": ["numpy", "torch"]}\n')
    known = "import sys\n\nahead = 'torch' in sys.modules\n\n\n"
    code = f"{known}def root(x):\n    return x**0.5 if ahead else None"
    small_course.hand_in(root, "ann", answer(root=code))
    (row,) = batch.grade(root, "small", root / "grades" / "submitted").rows
    assert row.marks.automatic == 5.0


def test_a_grader_that_goes_before_its_order_is_no_traceback(tmp_path):
    nursery = subprocess.Popen(
        [sys.executable, "-m", "dlcourse.grading.zones.trusted", "--listen", tmp_path / "socket"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    nursery.stdout.readline()
    for order in (None, {"folder": str(tmp_path / "gone")}):
        with socket.socket(socket.AF_UNIX) as grader:
            grader.connect(str(tmp_path / "socket"))
            if order is not None:
                frames.send(grader, order)
                grader.recv(1000)  # the end, as the folder is not there
    assert nursery.communicate(timeout=30)[1] == b""
