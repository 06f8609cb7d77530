"""The program of a Template: it has imported what every kernel is made of, and copies itself.

A copy joins the namespaces of a zone that bubblewrap has made for one submission, gives up every
power, looks whether it has, and becomes that zone's kernel. Here no order comes from a submission
and no code of one ever runs, so that a copy holds what a fresh interpreter would hold after the
same imports, and nothing of another submission.
"""

import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import sys

_NAMESPACES = {
    "user": 0x10000000,
    "mnt": 0x00020000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "cgroup": 0x02000000,
}
_MOST = 1_000_000  # bytes of an order
# What ipykernel and the agent of the tests import in each kernel, most of it for its first cell.
_FIRST = (
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "tornado.queues",
)
# Of <linux/prctl.h>
_DUMPABLE, _SECCOMP, _DROP_BOUNDING, _NO_NEW_PRIVS, _AMBIENT = 4, 22, 24, 38, 47
_FILTER, _CLEAR_ALL, _CAPABILITY_VERSION = 2, 4, 0x20080522


class _Program(ctypes.Structure):
    """A filter of system calls, as the system takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def call(name, *args):
    """Call a function of the C library that returns 0 if all is well; OSError if not."""
    libc = ctypes.CDLL(None, use_errno=True)
    args = [ctypes.c_ulong(arg) if isinstance(arg, int) else arg for arg in args]
    if getattr(libc, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def namespaces():
    """This process's namespaces that no zone shares with the grader."""
    names = set(_NAMESPACES) - {"cgroup"}  # bubblewrap makes it where it can
    return {name: os.readlink(f"/proc/self/ns/{name}") for name in names}


def give_up(user, program):
    """Become `user` for good, without any capability, under a filter of system calls or None."""
    for number in range(64):
        try:
            call("prctl", _DROP_BOUNDING, number, 0, 0, 0)
        except OSError:
            break  # past the last one that this system knows
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    call("prctl", _AMBIENT, _CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    call("capset", header, (ctypes.c_uint32 * 6)())
    call("prctl", _NO_NEW_PRIVS, 1, 0, 0, 0)
    call("prctl", _DUMPABLE, 1, 0, 0, 0)  # its own /proc/self, as every process has it
    if program is not None:
        loaded = _Program(len(program) // 8, program)
        call("prctl", _SECCOMP, _FILTER, ctypes.byref(loaded), 0, 0)


def check(user, filtered, root, before):
    """Raise RuntimeError unless this process is where it should be and has given up what it should.

    root: device and number of the zone's outermost folder. before: what `namespaces` said outside.
    """
    here = os.stat("/")
    if [here.st_dev, here.st_ino] != root:
        raise RuntimeError("not locked in: the outermost folder is not the zone's")
    now = namespaces()
    same = [name for name, which in before.items() if now[name] == which]
    if same:
        raise RuntimeError(f"not locked in: the {same[0]} namespace is the grader's")
    with open("/proc/self/status") as file:
        said = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    wanted = {f"Cap{which}": "0" * 16 for which in ("Inh", "Prm", "Eff", "Bnd", "Amb")}
    wanted |= {"Uid": "\t".join([str(user)] * 4), "Gid": "\t".join([str(user)] * 4)}
    wanted |= {"Groups": "", "NoNewPrivs": "1", "Seccomp": str(_FILTER if filtered else 0)}
    for name, value in wanted.items():
        if said[name].strip() != value:
            raise RuntimeError(f"not locked in: {name} is {said[name].strip()!r}")


def _keep(control):
    """Make the kernel and say how it ends: only a parent is told. Returns in the kernel alone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    control.sendall(json.dumps({"keeper": os.getpid()}).encode() + b"\n")
    text, given, _, _ = socket.recv_fds(control, _MOST, 64)
    if not text:
        os._exit(0)  # whoever asked has gone
    order = json.loads(text)
    zone, orders, output, *descriptors = given
    numbers = dict(zip(order["descriptors"], descriptors, strict=True))
    call("setns", zone, sum(_NAMESPACES.values()))
    pid = os.fork()
    if pid == 0:
        for number, target in ((orders, 0), (output, 1), (output, 2)):
            os.dup2(number, target)
        return order, numbers
    for number in given:
        os.close(number)
    control.sendall(json.dumps({"kernel": pid}).encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    with contextlib.suppress(OSError):  # a grader that was killed is told nothing
        control.sendall(json.dumps({"returncode": code}).encode() + b"\n")
    os._exit(0)


def _copies(listener):
    """Make a copy for each that connects, until whoever started this has gone; returns in it."""
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        control, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            try:
                return _keep(control)
            except BaseException as error:
                with contextlib.suppress(OSError):
                    control.sendall(json.dumps({"failed": str(error)}).encode() + b"\n")
                os._exit(1)
        control.close()


def _import_ahead(names):
    """Import what a kernel would import when it starts, and these."""
    # This one runs its own `__init__` when something is first asked of it: see inside.defer.
    sys.modules["jupyter_client"].KernelManager  # noqa: B018
    for name in (*_FIRST, *names):
        with contextlib.suppress(ImportError):  # versions differ, and nothing depends on it
            importlib.import_module(name)


def main():
    spec = importlib.util.spec_from_file_location("inside", "/zone/start.py")
    inside = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(inside)
    inside.order_search_path()
    app_class = inside.load()
    _import_ahead(sys.argv[2:])
    if len(os.listdir("/proc/self/task")) != 1:
        sys.exit("a library has started a thread: a copy would lack it")
    before = namespaces()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    order, numbers = _copies(socket.socket(fileno=int(sys.argv[1])))
    os.setsid()
    os.chdir(os.environ["HOME"])
    program = bytes.fromhex(order["filter"]) if order["filter"] else None
    give_up(order["user"], program)
    check(order["user"], program is not None, order["root"], before)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Each with random numbers of its own.
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()
    inside.become_kernel(app_class, numbers)


if __name__ == "__main__":
    main()
