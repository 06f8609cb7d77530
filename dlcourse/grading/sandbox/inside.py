"""The first program of a zone: it takes its orders, fetches the submission, becomes the kernel.

It runs in the sandbox, with the libraries of the zone and without `dlcourse`, before anything of
the student's is there. Orders come as two lines of JSON on standard input: what kernel to be, and
then, when a submission is there for it, where that lies. A zone that waits between the two has all
its imports done and holds nothing.
"""

import importlib
import importlib.util
import json
import os
import shutil
import stat
import sys

READY = b"the zone is warm\n"  # as in watch.py, which this file cannot import


def limit(limits):
    """Set what the system enforces on each process; nothing in the zone can raise it again."""
    import resource  # not on Windows, where the grader imports this file for `fetch`

    for name, value in limits.items():
        number = getattr(resource, name, None)
        if number is not None:
            hard = resource.getrlimit(number)[1]
            value = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
            resource.setrlimit(number, (value, value))


def close_all_but(kept):
    for entry in os.listdir("/dev/fd"):
        if int(entry) not in kept:
            try:
                os.close(int(entry))
            except OSError:
                continue  # the one that listed the others


def fetch(source, target):
    """Copy files, folders and links as links; sockets, pipes and devices stay behind."""
    for folder, names, files in os.walk(source, onerror=_complain):
        there = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(there, exist_ok=True)
        for name in [*files, *names]:
            path = os.path.join(folder, name)
            kind = os.lstat(path).st_mode
            if stat.S_ISLNK(kind):
                os.symlink(os.readlink(path), os.path.join(there, name))
            elif stat.S_ISREG(kind):
                shutil.copyfile(path, os.path.join(there, name))


def _complain(error):
    raise error


def serve_on(descriptors):
    """Let the kernel's sockets take those that wait outside, by the number at their names' end.

    The zone then needs no folder that it shares with the grader and may write to.
    """
    import zmq

    bind = zmq.Socket.bind

    def bind_given(socket, address):
        number = address.rpartition("-")[2]
        if address.startswith("ipc://") and number in descriptors:
            socket.setsockopt(zmq.USE_FD, descriptors[number])
        return bind(socket, address)

    zmq.Socket.bind = bind_given


def order_search_path():
    """Python's own library first, then the submission's folder, then the packages, as a notebook
    has it: a file named `random.py` breaks nothing, a file named `numpy.py` hides NumPy."""
    packages = os.environ["PYTHONPATH"].split(os.pathsep)
    own = [path for path in sys.path if path not in packages]
    sys.path[:] = [*own, "", *packages]


def import_kernel():
    """ipykernel's application, without the clients of other kernels, which it never uses."""
    clients = defer("jupyter_client")
    from jupyter_client.connect import write_connection_file

    clients.write_connection_file = write_connection_file
    from ipykernel.kernelapp import IPKernelApp

    return IPKernelApp


def defer(name):
    """Put a package in place whose own `__init__` runs when something is asked for that it made."""
    spec = importlib.util.find_spec(name)
    package = sys.modules[name] = importlib.util.module_from_spec(spec)

    def make(attribute):
        del package.__getattr__
        spec.loader.exec_module(package)
        return getattr(package, attribute)

    package.__getattr__ = make
    return package


def load():
    """Import what every kernel is made of; return its application's class."""
    # The debugger takes longer than all else; the kernel does without where it is not installed.
    sys.modules["debugpy"] = None
    return import_kernel()


def make_kernel(job, app_class):
    """An ipykernel that is ready but for its loop, which takes the first request."""
    for name, text in job["matplotlib"].items():
        os.makedirs(os.environ["MPLCONFIGDIR"], exist_ok=True)
        with open(os.path.join(os.environ["MPLCONFIGDIR"], name), "w", encoding="utf-8") as file:
            file.write(text)
    for name in job["preload"]:
        importlib.import_module(name)
    connection = os.path.join(os.environ["HOME"], ".kernel.json")
    with open(connection, "w", encoding="utf-8") as file:
        json.dump(job["connection"], file)
    serve_on(job["descriptors"])
    sys.argv = ["ipykernel_launcher.py"]
    app = app_class.instance()
    app.initialize(["-f", connection, "--HistoryManager.enabled=False"])
    os.unlink(connection)
    del sys.modules["debugpy"]
    return app


def become_kernel(app_class=None, numbers=None):
    """Obey the orders on standard input. app_class: of `load`, where it was called before.
    numbers: what the descriptors that the orders name are called here, where that is another."""
    orders, told = os.fdopen(os.dup(0), "rb"), os.dup(1)
    job = json.loads(orders.readline())
    if numbers is not None:
        given = job["descriptors"].items()
        job["descriptors"] = {name: numbers[number] for name, number in given}
    limit(job["limits"])
    close_all_but({0, 1, 2, orders.fileno(), told, *job["descriptors"].values()})
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    if app_class is None:
        order_search_path()
        app_class = load()
    app = make_kernel(job, app_class)
    os.write(told, READY)
    go = json.loads(orders.readline() or "null")
    for descriptor in (orders.fileno(), told, nothing):
        os.close(descriptor)
    if go is None:
        return  # whoever started this zone has gone
    os.makedirs(job["work"], exist_ok=True)
    fetch(go["source"], job["work"])
    os.chdir(job["work"])
    app.start()


if __name__ == "__main__":
    become_kernel()
