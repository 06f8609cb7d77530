"""What student code tries on the machine around it: none of it works, and the zone stays well."""

import os
import socket
import threading
import uuid

import pytest

_TRY = """
def attempt(action):
    try:
        print("done:", action())
    except BaseException as error:
        print(type(error).__name__)
"""

_SYSCALL = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *args):
    result = getattr(libc, name)(*args)
    print(name, "done" if result >= 0 else errno.errorcode[ctypes.get_errno()])
"""


@pytest.fixture(scope="session")
def attempt(talk):
    """Run an expression in the zone: what `done:` came of it, or the exception's name."""
    assert talk.run(_TRY)[0] == "ok"

    def attempt(expression, imports="os, socket, signal, sys, subprocess, resource"):
        status, text, ename = talk.run(f"import {imports}; attempt(lambda: {expression})")
        assert status == "ok", ename
        return text.strip()

    return attempt


def test_the_environment_holds_nothing_of_the_graders(talk):
    names = eval(talk.run("import os; print(sorted(os.environ))")[1])
    assert "FAKE_TOKEN" not in names
    values = eval(talk.run("import os; print(dict(os.environ))")[1])
    assert "SECRET" not in str(values)
    assert not {name for name in names if name.startswith(("JUPYTER", "JPY_PARENT", "SSH"))}
    assert values["HOME"] == "/home/student"
    assert values["OMP_NUM_THREADS"] == "1"


def test_no_environment_of_any_process_holds_the_token(talk):
    code = """
    import os
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("environ", "cmdline"):
            try:
                found.append(open(f"/proc/{pid}/{name}", "rb").read())
            except OSError:
                pass
    print(b"SECRET" in b"".join(found), len(found) > 0)
    """
    assert talk.run(code)[1] == "False True\n"


def test_student_code_is_nobody(talk):
    code = "import os; print(os.getuid(), os.geteuid(), os.getgroups(), os.uname().nodename)"
    assert talk.run(code)[1] in ("65534 65534 [] sandbox\n", "65534 65534 [65534] sandbox\n")
    status = talk.run("print(open('/proc/self/status').read())")[1]
    fields = dict(line.split(":\t") for line in status.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == int(fields["CapAmb"], 16) == 0
    assert fields["NoNewPrivs"] == "1"


def test_system_calls_are_filtered(talk, able):
    if not able.reports["system calls"][0]:
        pytest.skip(able.reports["system calls"][1])
    assert "Seccomp:\t2" in talk.run("print(open('/proc/self/status').read())")[1]


@pytest.mark.parametrize(
    "expression",
    [
        "socket.create_connection(('1.1.1.1', 80), timeout=1)",
        "socket.create_connection(('127.0.0.1', {port}), timeout=1)",
        "socket.getaddrinfo('example.com', 80)",
        "socket.gethostbyname('localhost.localdomain.invalid')",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53))",
        "socket.socket(socket.AF_INET6).connect(('::1', {port}))",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "socket.socket(socket.AF_VSOCK)",
    ],
)
def test_no_network(attempt, expression):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        got = attempt(expression.format(port=port))
    assert got in (
        "OSError",
        "gaierror",
        "PermissionError",
        "TimeoutError",
        "ConnectionRefusedError",
    )


def test_only_the_loop_is_among_the_interfaces(attempt):
    assert attempt("open('/proc/net/dev').read().count(':')") in ("done: 1", "done: 0")


def test_abstract_sockets_of_the_machine_are_out_of_reach(attempt):
    name = f"dlcourse-{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{name}")
        server.listen()
        got = attempt(f"socket.socket(socket.AF_UNIX).connect({chr(0) + name!r})")
        assert got == "ConnectionRefusedError"


def test_sockets_on_the_machines_disk_are_out_of_reach(attempt, tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        got = attempt(f"socket.socket(socket.AF_UNIX).connect({str(tmp_path / 's')!r})")
        assert got == "FileNotFoundError"


def test_the_exchange_can_be_connected_to_and_nothing_else(talk, attempt):
    listener = talk.zone.listen("agent")
    answers = []

    def answer():
        with listener.accept()[0] as connection:
            answers.append(connection.recv(10))
            connection.sendall(b"welcome")

    thread = threading.Thread(target=answer)
    thread.start()
    path = f"{talk.zone.exchange_inside}/agent"
    code = f"""
    import socket
    with socket.socket(socket.AF_UNIX) as s:
        s.connect({path!r}); s.sendall(b"hello"); print(s.recv(10))
    """
    assert talk.run(code)[1] == "b'welcome'\n"
    thread.join()
    assert answers == [b"hello"]
    assert attempt(f"os.unlink({path!r})") in ("OSError", "PermissionError")
    assert attempt(f"os.mkdir({path + '2'!r})") in ("OSError", "PermissionError")


@pytest.mark.parametrize("number", ["SIGTERM", "SIGKILL", "SIGSTOP", "SIGINT"])
def test_signals_reach_no_one_outside(talk, attempt, number):
    """By its number outside, the grader is nobody's process in here; the first one is guarded."""
    got = attempt(f"os.kill({os.getpid()}, signal.{number})")
    assert got in ("ProcessLookupError", "PermissionError")
    attempt(f"os.kill(1, signal.{number})")
    assert talk.run("print('well')")[1] == "well\n"


@pytest.mark.parametrize(
    ("call", "args"),
    [
        ("ptrace", "16, 1, 0, 0"),
        ("process_vm_readv", "1, None, 0, None, 0, 0"),
        ("unshare", "0x10000000"),
        ("unshare", "0x00020000"),
        ("setns", "0, 0"),
        ("mount", "b'none', b'/tmp', b'tmpfs', 0, None"),
        ("umount2", "b'/proc', 2"),
        ("chroot", "b'/tmp'"),
        ("pivot_root", "b'/tmp', b'/tmp'"),
        ("sethostname", "b'mine', 4"),
        ("memfd_create", "b'hidden', 0"),
        ("shmget", "0, 1000000, 0o1600"),
        ("perf_event_open", None),
        ("bpf", None),
        ("keyctl", None),
        ("io_uring_setup", None),
        ("userfaultfd", None),
        ("kexec_load", None),
    ],
)
def test_calls_that_attacks_begin_with_are_denied(talk, able, call, args):
    if not able.reports["system calls"][0]:
        pytest.skip(able.reports["system calls"][1])
    numbers = {  # x86-64 and arm64
        "perf_event_open": (298, 241),
        "bpf": (321, 280),
        "keyctl": (250, 219),
        "io_uring_setup": (425, 425),
        "userfaultfd": (323, 282),
        "kexec_load": (246, 104),
        "pivot_root": (155, 41),
    }
    if call in numbers:
        number = numbers[call][os.uname().machine == "aarch64"]
        call, args = "syscall", f"{number}, {args or '0, 0, 0, 0, 0'}"
    text = talk.run(_SYSCALL + f"call({call!r}, {args})")[1]
    assert text == f"{call} EPERM\n"


def test_a_new_user_namespace_is_refused_however_it_is_asked_for(talk):
    code = (
        _SYSCALL + "call('syscall', 56 if ctypes.sizeof(ctypes.c_void_p) == 8 else 0, 0x10000011)"
    )
    if os.uname().machine == "x86_64":
        assert "done" not in talk.run(code)[1]
    code = (
        "import subprocess; "
        "print(subprocess.run(['unshare', '-Ur', 'id'], capture_output=True).returncode != 0)"
    )
    assert talk.run(code)[1] == "True\n"


def test_programs_with_the_owners_rights_get_none(talk):
    code = """
    import glob, os, stat, subprocess
    for name in ("su", "mount", "passwd", "newgrp"):
        path = f"/usr/bin/{name}"
        if os.path.exists(path):
            out = subprocess.run(["sh", "-c", f"exec {path} --version"], capture_output=True)
    print(os.statvfs("/usr/bin").f_flag & os.ST_NOSUID)
    """
    assert talk.run(code)[1] == "2\n"


def test_devices(attempt):
    names = (
        "{'fd', 'full', 'null', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'urandom', 'zero'}"
    )
    assert attempt(f"set(os.listdir('/dev')) == {names}") == "done: True"
    for path in ("/dev/sda", "/dev/vda", "/dev/mem", "/dev/kvm", "/dev/tty", "/dev/ptmx"):
        assert attempt(f"open({path!r}, 'rb')") in (
            "FileNotFoundError",
            "PermissionError",
            "OSError",
        )
    assert attempt("os.mknod('/tmp/disk', 0o60666, os.makedev(254, 0))") == "PermissionError"


def test_no_descriptor_of_the_graders_is_inherited(talk, tmp_path):
    """Only the kernel's own sockets, which it was given, and what it opened itself."""
    code = """
    import os
    for name in os.listdir("/proc/self/fd"):
        try:
            print(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            pass
    """
    kinds = {line.split(":")[0] for line in talk.run(code)[1].splitlines()}
    assert kinds <= {"socket", "pipe", "anon_inode", "/dev/null", "/proc/fd"} | {
        kind for kind in kinds if kind.startswith("/proc/")
    }


def test_what_is_written_past_the_kernel_does_not_stop_it(begin):
    own = begin(output=1000)
    code = """
    import os
    for number in range(3):
        try:
            os.write(number, b"x" * 1_000_000)
        except OSError:
            pass
    """
    assert own.run(code)[0] == "ok"
    assert own.run("import sys; sys.__stderr__.write('y' * 10**6)")[0] == "ok"
    assert own.run("print('well')")[0] == "ok"


@pytest.mark.parametrize(
    ("name", "value"), [("NOFILE", 256), ("CORE", 0), ("FSIZE", 8 * 2**20), ("NPROC", 40)]
)
def test_limits_cannot_be_raised(attempt, name, value):
    got = attempt(f"resource.getrlimit(resource.RLIMIT_{name})")
    assert got == f"done: ({value}, {value})"
    raised = attempt(f"resource.setrlimit(resource.RLIMIT_{name}, ({value + 1}, {value + 1}))")
    assert raised in ("ValueError", "PermissionError")


def test_open_files_end_at_their_limit(talk):
    code = """
    files = []
    try:
        while True:
            files.append(open("/dev/null"))
    except OSError as error:
        print(error.errno, len(files) < 256)
    for file in files: file.close()
    """
    assert talk.run(code)[1] == "24 True\n"


@pytest.mark.parametrize("folder", ["/tmp", "/home/student", "/dev/shm", "."])
def test_the_disk_is_full_at_its_size(talk, folder):
    code = f"""
    import os
    written, names = 0, []
    try:
        while written < 10**9:
            names.append(f"{folder}/filler{{len(names)}}")
            with open(names[-1], "wb", buffering=0) as file:
                written += file.write(bytes(4 * 2**20))
    except OSError as error:
        print(error.errno)
    for name in names:
        os.path.exists(name) and os.unlink(name)
    print(written // 2**20 < 21)
    """
    assert talk.run(code)[1] == "28\nTrue\n"


def test_one_file_ends_at_its_size(talk):
    code = """
    import os
    try:
        with open("big", "wb") as file:
            for _ in range(20):
                file.write(bytes(2**20)); file.flush()
    except OSError as error:
        print(error.errno)
    os.unlink("big")
    """
    assert talk.run(code)[1] == "27\n"
