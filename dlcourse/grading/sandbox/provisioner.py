"""The sandbox as a Jupyter kernel provisioner: a kernel specification can name it.

`{"metadata": {"kernel_provisioner": {"provisioner_name": "dlcourse-sandbox"}}}` in a `kernel.json`
is enough: whatever starts that kernel, plain `nbgrader autograde` too, starts it in a sandbox.
"""

import asyncio
import signal
import tempfile
from pathlib import Path

from jupyter_client import AsyncKernelClient, KernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Dict, List, Unicode

from dlcourse.grading.sandbox import zone as zones
from dlcourse.grading.sandbox.client import AsyncClient, Client
from dlcourse.grading.sandbox.policy import ANSWERS, Limits, Policy
from dlcourse.grading.sandbox.watch import CRASHED


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel as a zone. Its working folder's files go with it, nothing else does."""

    libraries = List(Unicode(), list(Policy.libraries), help="see dlcourse's Policy").tag(
        config=True
    )
    hidden = List(Unicode(), list(ANSWERS), help="see dlcourse's Policy").tag(config=True)
    limits = Dict(help="see dlcourse's Limits").tag(config=True)
    unsafe = Bool(False, help="run student code with all your rights").tag(config=True)
    zone = _place = None

    @property
    def has_process(self):
        return self.zone is not None

    async def poll(self):
        """None while the kernel runs, else a number."""
        return 0 if self.zone is None or self.zone.ended() else None

    async def wait(self):
        while await self.poll() is None:
            await asyncio.sleep(0.02)
        self._end()
        return 0

    async def send_signal(self, signum):
        if self.zone is None:
            return
        if signum == signal.SIGINT:
            self.zone.interrupt()
        elif signum != 0:
            self._end()

    async def kill(self, restart=False):
        self._end()

    async def terminate(self, restart=False):
        self._end()

    def _end(self):
        if self.zone is not None:
            zone, self.zone = self.zone, None
            zone.kill(CRASHED, "ended by the kernel manager")

    async def pre_launch(self, **kwargs):
        """Choose Unix sockets, whose names the kernel in the zone never sees."""
        manager = self.parent
        blocking = not issubclass(manager.client_factory, AsyncKernelClient)
        manager.client_factory = Client if blocking else AsyncClient
        if self._place is None:
            self._place = tempfile.TemporaryDirectory(prefix="kernel-")
            connection = zones.new_connection(Path(self._place.name, "sockets", "k"))
            manager.transport, manager.ip = "ipc", connection["ip"]
            for channel in zones.CHANNELS:
                setattr(manager, f"{channel}_port", connection[f"{channel}_port"])
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd, **kwargs):
        policy = Policy(
            files=kwargs.get("cwd") or None,
            libraries=tuple(self.libraries),
            hidden=tuple(self.hidden),
            limits=Limits(**self.limits),
            unsafe=self.unsafe,
        )
        self.cwd = policy.files
        self.zone = zones.start(policy, self._place.name, dict(self.connection_info))
        self.pid = self.pgid = None
        return self.connection_info

    async def cleanup(self, restart=False):
        if not restart:
            self._end()
            if self._place is not None:
                self._place.cleanup()
                self._place = None


def manage(zone):
    """A KernelManager for a zone that already runs."""
    manager = KernelManager(client_factory=Client)
    manager.load_connection_info(zone.connection)
    provisioner = SandboxProvisioner(parent=manager, kernel_id="", kernel_spec=None)
    provisioner.zone, provisioner.connection_info = zone, dict(zone.connection)
    manager.provisioner = provisioner
    return manager
