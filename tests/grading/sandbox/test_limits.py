"""What ends a zone, from outside and at once, and that nothing is left of it."""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dlcourse.grading import sandbox
from dlcourse.grading.sandbox import cgroup, processes, watch
from dlcourse.grading.sandbox.client import Gauge

_FOREVER = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


def tree(talk):
    """All processes of a zone, as this machine numbers them."""
    return processes.below(talk.zone._watch.first)


def gone(pids, timeout=5):
    """Whether these processes have ended."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(params=["control groups", "watchdog"])
def counted(request, monkeypatch):
    """Both ways to count: the kernel's own where it is to be had, and the watchdog."""
    if request.param == "watchdog":
        monkeypatch.setattr(cgroup, "parents", lambda: {})
    elif not cgroup.parents():
        pytest.skip("no control groups that this user may divide")
    return request.param


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core is not shared by zones")
def test_a_zone_that_takes_many_cores_gives_way_to_others(begin, counted, monkeypatch):
    # Where other tests run at the same time, it gets fewer cores than it asks for.
    monkeypatch.setattr(watch, "CORES", 0.2)
    talk = begin(processes=30)
    # Threads too, and each process in a session of its own, which the system would favour.
    burn = """
    import os, threading, time
    def burn():
        while time.monotonic() < end: pass
    end = time.monotonic() + 12
    for _ in range(6):
        if os.fork() == 0:
            os.setsid()
            threading.Thread(target=burn).start(); burn(); os._exit(0)
    time.sleep(11)
    """
    talk.client.execute(burn)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and len(burning(talk)) < 12:
        time.sleep(0.1)
    assert len(burning(talk)) == 12
    while time.monotonic() < deadline and set(burning(talk).values()) != {19}:
        time.sleep(0.1)
    assert set(burning(talk).values()) == {19}


def test_a_zone_that_computes_on_one_core_is_as_any_other(begin, counted):
    talk = begin()
    burn = "import time\nend = time.monotonic() + 4\nwhile time.monotonic() < end: pass"
    assert talk.run(burn)[0] == "ok"
    assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in everything(talk)} == {0}


def everything(talk):
    """All processes of a zone, its kernel's too where that is a copy."""
    kernel = talk.zone.kernel
    return tree(talk) + ([] if kernel is None else processes.below(kernel))


def burning(talk):
    """The threads of the processes that a kernel has forked, and how nice each is."""
    kernel = talk.zone.kernel or processes.children(tree(talk)[0])[0]
    return {
        thread: os.getpriority(os.PRIO_PROCESS, int(thread))
        for pid in processes.children(kernel)
        for thread in os.listdir(f"/proc/{pid}/task")
    }


def test_a_memory_bomb_in_one_process(begin, counted):
    talk = begin(memory=150)
    pids = tree(talk)
    code = "hoard = []\nwhile True:\n    hoard.append(bytearray(10**6))"
    assert talk.run(code)[0] is None
    assert talk.wait_for_end() == ("out of memory", "used more than 150 MiB of memory")
    assert talk.zone.usage()[0] >= 140
    assert gone(pids)


def test_a_memory_bomb_in_many_processes(begin, counted):
    talk = begin(memory=150, processes=60)
    code = """
    import os, time
    for _ in range(10):
        if os.fork() == 0:
            hoard = bytearray(os.urandom(1)) * (30 * 2**20)
            time.sleep(60)
    time.sleep(60)
    """
    assert talk.run(code)[0] is None
    assert talk.wait_for_end()[0] == "out of memory"


def test_memory_that_no_process_holds(begin, counted):
    """Files in the zone's home are memory too: they end at the disk's size, or count as memory."""
    talk = begin(memory=150, disk=400)
    pids = tree(talk)
    talk.run("open('big', 'wb').write(bytes(100 * 2**20))")
    status, _, ename = talk.run("open('bigger', 'wb').write(bytes(100 * 2**20))")
    assert status is None or ename == "OSError" or counted == "watchdog"
    assert talk.zone.ended() is None or talk.zone.ended()[0] == "out of memory"
    talk.zone.kill()
    assert gone(pids)


def test_a_fork_bomb(begin, counted):
    talk = begin(processes=30)
    code = """
    import os, time
    forked = 0
    try:
        while True:
            if os.fork() == 0:
                time.sleep(60); os._exit(0)
            forked += 1
    except OSError as error:
        print(type(error).__name__, forked < 30)
    """
    status, text, _ = talk.run(code)
    if status is not None:
        assert text == "BlockingIOError True\n"
    else:
        assert talk.wait_for_end() == ("crashed", "started more than 30 processes")
    pids = tree(talk)
    assert len(pids) <= 34
    talk.zone.kill()
    assert gone(pids)


def test_a_fork_bomb_that_multiplies(begin, counted):
    talk = begin(processes=40, seconds=3)
    talk.client.execute("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass")
    time.sleep(0.5)
    pids = tree(talk)
    assert len(pids) <= 60
    talk.zone.kill()
    assert gone(pids)


def test_threads_count_as_processes(begin, counted):
    talk = begin(processes=30)
    code = """
    import threading, time
    try:
        for _ in range(100):
            threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
    except RuntimeError as error:
        print(error)
    """
    _status, text, _ = talk.run(code)
    assert "can't start new thread" in text or talk.wait_for_end()[0] == "crashed"


def test_more_files_than_a_machine_should_hold(begin):
    talk = begin(seconds=30)
    code = "import os\nfor i in range(10**7):\n    os.close(os.open(f'/tmp/{i}', os.O_CREAT))"
    assert talk.run(code, timeout=20)[0] is None
    assert talk.wait_for_end() == ("out of memory", "wrote more than 100000 files")


def test_a_loop_that_catches_every_interrupt_ends_at_the_zones_time(begin):
    talk = begin(seconds=3)
    pids = tree(talk)
    talk.client.execute(_FOREVER)
    talk.zone.interrupt()
    assert talk.wait_for_end() == ("timed out", "took longer than 3 s")
    assert gone(pids)


def test_a_loop_can_be_interrupted(begin):
    talk = begin()
    asked = talk.client.execute("while True: pass", stop_on_error=False)
    time.sleep(0.3)
    talk.zone.interrupt()
    reply = talk.client.get_shell_msg(timeout=10)
    assert reply["parent_header"]["msg_id"] == asked
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert talk.run("print('well')")[1] == "well\n"


def test_computing_ends_at_its_own_limit(begin):
    talk = begin(cpu_seconds=1.5, seconds=60)
    talk.client.execute(_FOREVER)
    state, sentence = talk.wait_for_end(timeout=20)
    assert (state, sentence) == ("timed out", "computed for more than 1.5 s")
    assert talk.zone.usage()[1] >= 1.4


def test_computing_of_children_counts(begin):
    talk = begin(cpu_seconds=2, seconds=60)
    code = """
    import os
    while True:
        if os.fork() == 0:
            sum(range(3_000_000)); os._exit(0)
        os.wait()
    """
    talk.client.execute(code)
    assert talk.wait_for_end(timeout=30) == ("timed out", "computed for more than 2 s")


def test_a_sleep_is_ended_by_whoever_holds_the_zone(begin):
    talk = begin()
    pids = tree(talk)
    talk.client.execute("import time; time.sleep(1000)")
    started = time.monotonic()
    talk.zone.kill("timed out", "cell 3 took longer than 1 s")
    assert time.monotonic() - started < 2
    assert talk.zone.ended() == ("timed out", "cell 3 took longer than 1 s")
    assert gone(pids)


def test_a_daemon_goes_with_its_zone(begin):
    talk = begin()
    code = """
    import os, sys, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            import signal
            for number in range(1, 32):
                try: signal.signal(number, signal.SIG_IGN)
                except OSError: pass
            time.sleep(1000)
        os._exit(0)
    time.sleep(0.3)
    """
    assert talk.run(code)[0] == "ok"
    pids = tree(talk)
    assert len(pids) >= 3
    talk.zone.kill()
    assert gone(pids)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import os; os._exit(0)", "the kernel ended by itself with exit code 0"),
        ("import os; os._exit(7)", "the kernel ended by itself with exit code 7"),
        ("import os; os.kill(os.getpid(), 9)", "the kernel was killed by SIGKILL"),
        ("import os; os.abort()", "the kernel was killed by SIGABRT"),
        ("import ctypes; ctypes.string_at(0)", "the kernel was killed by SIGSEGV"),
        ("def f(n): return f(n + 1)\nimport sys; sys.setrecursionlimit(10**9)\nf(0)", None),
    ],
)
def test_a_kernel_that_dies(begin, code, sentence):
    talk = begin(memory=1000)
    pids = tree(talk)
    status, _, ename = talk.run(code)
    if sentence is None and ename:  # newer Pythons raise RecursionError or MemoryError
        return
    assert status is None
    state, said = talk.wait_for_end()
    assert state in ("crashed", "out of memory")
    assert sentence is None or said == sentence
    assert gone(pids)


def test_exits_that_a_kernel_survives(begin):
    talk = begin()
    assert talk.run("import sys; sys.exit(3)")[2] == "SystemExit"
    assert talk.run("print('well')")[1] == "well\n"


@pytest.mark.parametrize(
    "flood",
    [
        "while True: print('x' * 1000)",
        "import sys\nwhile True: sys.stderr.write('y' * 100_000)",
        "while True: display('z' * 1000)",
        "import os\nwhile True: os.write(1, b'x' * 10_000)",
    ],
)
def test_a_flood_of_output_is_cut_while_it_arrives(begin, flood):
    talk = begin(output=50_000, seconds=3)
    before = _forget_peak()
    status, text, _ = talk.run(flood)
    assert status is None
    assert len(text) < 60_000
    assert text.endswith("The rest of the output was cut: one cell may print 50000 bytes.\n")
    assert _peak() - before < 200 * 2**20


def test_an_error_arrives_after_a_flood(begin):
    talk = begin(output=1000)
    status, text, ename = talk.run("print('x' * 5000); raise ValueError('y' * 5000)")
    assert (status, ename) == ("error", "ValueError")
    assert len(text) < 1100


def test_one_enormous_message_does_not_reach_the_grader(begin):
    talk = begin(output=1000, message=2_000_000, memory=1500)
    before = _forget_peak()
    asked = talk.client.execute("print('x' * 100_000_000)")
    assert talk.client.get_shell_msg(timeout=10)["parent_header"]["msg_id"] == asked
    kinds = []
    while not kinds or kinds[-1] != "stream":
        kinds.append(talk.client.get_iopub_msg(timeout=5)["msg_type"])
    assert _peak() - before < 60 * 2**20
    assert talk.zone.ended() is None
    assert talk.run("print('well')")[1] == "well\n"


def test_a_message_of_many_parts_does_not_fill_the_grader(begin, monkeypatch):
    monkeypatch.setattr(watch, "MOST_HELD", 100)
    talk = begin()
    send = (
        "import zmq\n"
        "thread = get_ipython().kernel.iopub_thread\n"
        "part = zmq.Frame(bytes(7_900_000))\n"
        "def send():\n"
        "    for _ in range(60):\n"
        "        thread.socket.send(part, zmq.SNDMORE, copy=False)\n"
        "    thread.socket.send(b'')\n"
        "thread.schedule(send)\n"
        "import time; time.sleep(10)"
    )
    assert talk.run(send)[0] is None
    assert talk.wait_for_end() == ("out of memory", "sent more than 100 MiB in one message")


def test_the_next_cell_may_print_again(begin):
    talk = begin(output=100)
    assert "was cut" in talk.run("print('x' * 1000)")[1]
    assert talk.run("print('well')")[1] == "well\n"


def test_forged_messages_are_no_messages(begin):
    talk = begin()
    code = """
    from ipykernel.kernelapp import IPKernelApp
    app = IPKernelApp.instance()
    session, thread = app.session, app.iopub_thread
    deep = "[" * 100_000
    for content in (deep.encode(), b"{}", b"null", b"\\xff", b'{"text": 3}', b'{"data": []}'):
        parts = [session.pack({"msg_type": "stream", "msg_id": "1"}), b"{}", b"{}", content]
        thread.send_multipart([b"stream", b"<IDS|MSG>", session.sign(parts), *parts])
    thread.send_multipart([b"garbage"])
    thread.send_multipart([b"<IDS|MSG>", b"not signed", b"{}", b"{}", b"{}", b"{}"])
    print("sent")
    """
    status, text, ename = talk.run(code)
    assert (status, text, ename) == ("ok", "sent\n", None)


def test_the_gauge_counts_a_cell_at_a_time():
    gauge = Gauge(10)

    def message(text, cell="1", kind="stream"):
        return {
            "msg_type": kind,
            "parent_header": {"msg_id": cell},
            "content": {"name": "stdout", "text": text},
        }

    gauge.begin("1")
    assert gauge.pass_on(message("12345"), 5)["content"]["text"] == "12345"
    assert gauge.pass_on(message("67890abc"), 8)["content"]["text"].startswith("67890\nThe rest")
    assert gauge.pass_on(message("d"), 1) is None
    assert gauge.cut() is None
    assert gauge.pass_on(message("", kind="status"), 99) is not None
    assert gauge.pass_on(message("of another cell, it says", cell="2"), 24) is None
    gauge.begin("2")
    assert gauge.pass_on(message("fresh", cell="2"), 5)["content"]["text"] == "fresh"


def _forget_peak():
    """Let the kernel's count of this process's most memory begin anew; the memory now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _mounts():
    return Path("/proc/self/mounts").read_text()


def test_nothing_is_left_on_the_machine(tmp_path):
    mounts = _mounts()
    descriptors = set(os.listdir("/proc/self/fd"))
    files = tmp_path / "files"
    files.mkdir()
    places = []
    for _ in range(2):
        with sandbox.start(sandbox.Policy(files=files, libraries=()), tmp_path) as zone:
            zone.client()
            pids = [*processes.below(zone._watch.first), zone._watch.process.pid]
            places += zone._group.folders.values()
    assert gone(pids)
    assert os.listdir(tmp_path) == ["files"]
    assert not any(place.exists() for place in places)
    assert _mounts() == mounts
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= len(descriptors) + 1


_GRADER = """
import sys, time
from pathlib import Path
from dlcourse.grading import sandbox
from dlcourse.grading.sandbox import processes
zone = sandbox.start(sandbox.Policy(libraries=()), Path(sys.argv[1]))
zone.client().execute("import os, time; os.fork(); time.sleep(1000)")
time.sleep(0.3)
print(*processes.below(zone._watch.first), flush=True)
time.sleep(1000)
"""


def test_a_grader_that_is_killed_takes_its_zones_along(tmp_path, root):
    grader = subprocess.Popen(
        [sys.executable, "-c", _GRADER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    with grader:
        pids = [int(word) for word in grader.stdout.readline().split()]
        assert len(pids) >= 2
        grader.kill()
    assert gone(pids)
    cgroup.sweep.cache_clear()
    cgroup.sweep()
    assert not [
        folder
        for parent in cgroup.parents().values()
        for folder in parent.glob(f"*-{grader.pid}-*")
    ]
