"""A zone: one sandboxed kernel, from its start to the moment when nothing of it is left."""

import atexit
import contextlib
import json
import os
import secrets
import shutil
import weakref
from pathlib import Path

from dlcourse.grading.sandbox import (
    bubblewrap,
    capabilities,
    cgroup,
    folders,
    fonts,
    inside,
    launch,
)
from dlcourse.grading.sandbox import (
    template as templates,
)
from dlcourse.grading.sandbox.client import Client
from dlcourse.grading.sandbox.watch import CRASHED, Watch

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
_LIVING = weakref.WeakSet()


class Zone:
    """A kernel that holds one submission and nothing else. `start` and `Pool` make it.

    exchange: a folder of this machine that the zone sees, read only, as `exchange_inside`: open a
    socket there with `listen`, and what runs in the zone connects to it. connection: what a kernel
    client must know. kernel: the number of its process where a Template has made it, else None.
    """

    def __init__(self, policy, workplace, connection=None, template=None):
        """Start the first program of a zone; it imports what it needs and waits for `assign`."""
        self.policy, self._manager, self._client = policy, None, None
        self._template = template
        self._folder = folders.short_folder(workplace)
        self._listeners, self._group, self._watch, self._orders = [], None, None, None
        try:
            self._prepare(connection)
            self._start()
        except BaseException:
            self._clean()
            raise
        _LIVING.add(self)

    def _prepare(self, connection):
        places = ("exchange", "submission", "sockets", "home")
        self.exchange, self._staging, sockets, self._home = (self._folder / p for p in places)
        for place in (self.exchange, self._staging, sockets, self._home):
            folders.open_folder(place)
        self.exchange_inside = str(self.exchange) if self.policy.unsafe else bubblewrap.EXCHANGE
        self.connection = connection or new_connection(sockets / "k")
        folders.open_folder(Path(self.connection["ip"]).parent)
        # The kernel's sockets are opened on this side, and the zone gets them as descriptors: there
        # is no name in it that a student could put another thing in the place of.
        self._descriptors = {}
        for channel in CHANNELS:
            number = self.connection[f"{channel}_port"]
            listener = folders.listen(Path(f"{self.connection['ip']}-{number}"))
            self._listeners.append(listener)
            self._descriptors[str(number)] = listener.fileno()

    def _start(self):
        policy, given = self.policy, self._descriptors.values()
        self._group = cgroup.Group(self._folder.name, policy.limits)
        if policy.unsafe:
            self.inside = self._home / "work"
            started = launch.unprotected(policy, self._group, given, self._home)
        else:
            self.inside = Path(bubblewrap.WORK)
            started = self._sandboxed(given)
        self._orders, self.kernel = started.orders, started.kernel
        self._watch = Watch(started, self._group, policy.limits)
        self._watch.start()
        job = {
            "descriptors": self._descriptors,
            "limits": _enforced_by_the_system(policy, bool(self._group)),
            "preload": policy.preload,
            "matplotlib": fonts.settings() if "matplotlib" in policy.libraries else {},
            "work": str(self.inside),
            "connection": {
                **self.connection,
                "key": _text(self.connection["key"]),
                **({} if policy.unsafe else {"ip": f"{bubblewrap.SOCKETS}/k"}),
            },
        }
        self._order(job)

    def _sandboxed(self, given):
        shown = {
            "exchange": self.exchange,
            "sockets": Path(self.connection["ip"]).parent,
            "submission": self._staging,
        }
        if self._template and templates.serves(self._template, self.policy):
            with contextlib.suppress(OSError):
                return templates.copied(self._template, self.policy, self._group, given, **shown)
        return launch.sandboxed(self.policy, self._group, given, **shown)

    def _order(self, order):
        with contextlib.suppress(BrokenPipeError):  # `ended` says how it died
            self._orders.write(json.dumps(order).encode() + b"\n")
            self._orders.flush()

    def assign(self, files=None):
        """Give the zone its submission, once; its kernel starts. files: a folder, or None for
        the policy's own."""
        if self._orders.closed:
            raise RuntimeError("a zone holds one submission: start another zone for the next")
        files = files or self.policy.files
        if files is not None:
            # A copy that the zone's user may read, whoever owns the submission.
            folders.check_size(files, self.policy.limits.disk)
            try:
                inside.fetch(files, self._staging)
            except OSError as error:
                raise ValueError(
                    f"the submission cannot be copied ({error.strerror}): hand it in with fewer "
                    "folders in one another and shorter names"
                ) from error
        source = self._staging if self.policy.unsafe else bubblewrap.SUBMISSION
        self._watch.begin()
        self._order({"source": str(source)})
        with contextlib.suppress(BrokenPipeError):
            self._orders.close()
        return self

    @property
    def manager(self):
        """A jupyter_client KernelManager of the running kernel, its shutdown is `kill`."""
        if self._manager is None:
            from dlcourse.grading.sandbox.provisioner import manage

            self._manager = manage(self)
        return self._manager

    def client(self, timeout=60.0):
        """A blocking kernel client whose kernel has answered. RuntimeError if it did not."""
        if self._client is None:
            limits = self.policy.limits
            client = Client(output=limits.output, message=limits.message, parent=self.manager)
            client.load_connection_info(self.connection)
            client.start_channels()
            self._client = client
            try:
                client.wait_for_ready(timeout=timeout)
            except RuntimeError as error:
                state, sentence = self.ended() or (CRASHED, f"no answer in {timeout:g} s")
                raise RuntimeError(
                    f"the zone's kernel did not start: {state}: {sentence}"
                ) from error
        return self._client

    def listen(self, name):
        """A listening Unix socket that the zone can connect to as `exchange_inside`/name."""
        listener = folders.listen(self.exchange / name)
        self._listeners.append(listener)
        return listener

    def wait_until_warm(self, timeout=60.0):
        """Whether the first program has done its imports, or the zone has ended."""
        return self._watch.ready.wait(timeout)

    def usage(self):
        """Peak memory in MiB and computing in seconds, of all processes together, so far."""
        return self._watch.peak, self._watch.cpu

    def ended(self):
        """None while the zone lives, else its state and a sentence."""
        return self._watch.outcome()

    def interrupt(self):
        """Send SIGINT to the kernel's own process."""
        self._watch.interrupt()

    def kill(self, state=CRASHED, sentence="ended by the grader"):
        """SIGKILL to everything in the zone; what it used on this machine is gone on return."""
        if self._watch is not None:
            self._watch.end(state, sentence)
            self._watch.over.wait()
        self._clean()

    def _clean(self):
        if self._client is not None:
            self._client.stop_channels()
            self._client = None
        if self._watch is None and self._group is not None:
            self._group.remove()
        if self._orders is not None:
            with contextlib.suppress(BrokenPipeError):
                self._orders.close()
        for listener in self._listeners:
            listener.close()
        self._listeners = []
        shutil.rmtree(self._folder, ignore_errors=True)
        _LIVING.discard(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def start(policy, workplace, connection=None, template=None):
    """Start a zone for one submission. Unavailable where this machine cannot sandbox.

    policy: see Policy. workplace: a folder for what the zone needs on this machine while it lives.
    connection: what the kernel listens on, see new_connection; a new one by default. template:
    the socket of a Template; where that is for other zones, the kernel starts from nothing.
    """
    if policy.files is not None and Path(workplace).resolve().is_relative_to(policy.files):
        raise ValueError(f"the workplace must not lie in the submission, got {workplace}")
    zone = prepare(policy, workplace, connection, template)
    try:
        return zone.assign()
    except BaseException:
        zone.kill()
        raise


def prepare(policy, workplace, connection=None, template=None):
    """A zone that imports what it needs and waits for its submission: `assign` gives it that."""
    require(policy)
    return Zone(policy, workplace, connection, template)


def require(policy):
    """Raise Unavailable where a zone of this policy could not be protected."""
    if os.name != "posix" or not policy.unsafe:
        able = capabilities.probe()
        if not able.sandbox:
            raise launch.Unavailable(able.advice())


def new_connection(ip):
    """What a kernel and its clients must both know: Unix sockets `ip`-1 to `ip`-5, and a key."""
    return {
        "transport": "ipc",
        "ip": str(ip),
        **{f"{channel}_port": number for number, channel in enumerate(CHANNELS, 1)},
        "key": secrets.token_hex(32).encode(),
        "signature_scheme": "hmac-sha256",
    }


def _enforced_by_the_system(policy, counted):
    """setrlimit's names and values. Without control groups, memory has a last resort here: the
    watchdog looks twenty times a second."""
    limits = policy.limits
    enforced = {
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_FSIZE": limits.file_size * 2**20,
        "RLIMIT_CPU": limits.cpu_seconds + 1,
        "RLIMIT_CORE": 0,
    }
    # Without a namespace, what else its user runs would count for the zone.
    if capabilities.counts_processes() and not policy.unsafe:
        enforced["RLIMIT_NPROC"] = limits.processes
    if not counted:
        enforced["RLIMIT_DATA"] = (2 * limits.memory + 512) * 2**20
    return enforced


def _text(key):
    return key.decode() if isinstance(key, bytes) else key


@atexit.register
def _end_all():
    for zone in list(_LIVING):
        zone.kill()
