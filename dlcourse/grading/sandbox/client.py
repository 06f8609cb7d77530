"""A kernel client that a flood does not drown: it counts what a cell prints while that arrives."""

import contextlib
import time
from queue import Empty

import zmq
import zmq.asyncio
from jupyter_client import AsyncKernelClient, BlockingKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel, ZMQSocketChannel
from jupyter_client.utils import ensure_async, run_sync
from traitlets import HasTraits, Integer, Type, default

from dlcourse.grading.sandbox.policy import Limits

_PRINTED = ("stream", "display_data", "execute_result", "update_display_data", "error")
_WAITING = 16  # messages in a queue; past it the kernel's side throws output away, not the grader
# Seconds for the kernel to know that a channel listens again: what it says before that is lost.
_HELLO = 0.2
_SHAPE = {"header": dict, "parent_header": dict, "content": dict, "msg_type": str}


class Gauge:
    """Bytes printed by the cell that runs; what is past the limit is cut, and that is said once.

    Which cell runs is known from who asked for it, and not from what the zone says of a message.

    >>> gauge = Gauge(limit=10)
    >>> gauge.begin("1")
    >>> message = {"msg_type": "stream", "parent_header": {"msg_id": "1"},
    ...            "content": {"name": "stdout", "text": "x" * 25}}
    >>> print(gauge.pass_on(message, size=25)["content"]["text"])
    xxxxxxxxxx
    The rest of the output was cut: one cell may print 10 bytes.
    >>> gauge.pass_on(message, size=25) is None
    True
    """

    def __init__(self, limit):
        self.limit, self._cell, self._seen, self._said = limit, None, 0, False

    def begin(self, cell):
        """Count anew, for the request of that number."""
        self._cell, self._seen, self._said = cell, 0, False

    def pass_on(self, message, size):
        """The message, another in its place, or None for one that is dropped."""
        if message["msg_type"] not in _PRINTED:
            return message
        left, self._seen = max(0, self.limit - self._seen), self._seen + size
        if self._seen <= self.limit:
            return message
        content = message["content"]
        if message["msg_type"] == "error":  # says how the cell ended: its name must arrive
            name, value = (str(content.get(key))[:200] for key in ("ename", "evalue"))
            return {**message, "content": {"ename": name, "evalue": value, "traceback": []}}
        if self._said:
            return None
        begun = ""
        if message["msg_type"] == "stream":
            begun = content.get("text", "").encode(errors="replace")[:left].decode(errors="ignore")
        return {**self._note(begun), "parent_header": message["parent_header"]}

    def cut(self):
        """A message in the place of one that was too large to be taken, or None if that is said."""
        return None if self._said else self._note("")

    def _note(self, begun):
        self._said = True
        note = f"The rest of the output was cut: one cell may print {self.limit} bytes.\n"
        text = begun + ("\n" if begun and not begun.endswith("\n") else "") + note
        return {
            "header": {"msg_type": "stream", "msg_id": ""},
            "msg_id": "",
            "msg_type": "stream",
            "parent_header": {"msg_id": self._cell},
            "metadata": {},
            "content": {"name": "stderr", "text": text},
            "buffers": [],
        }


def _well_formed(message):
    """Whether a message has the parts that every reader relies on: the zone may send anything."""
    content = message.get("content")
    return (
        all(isinstance(message.get(name), kind) for name, kind in _SHAPE.items())
        and isinstance(content.get("text", ""), str)
        and isinstance(content.get("data", {}), dict)
        and isinstance(content.get("traceback", []), list)
    )


class _Reading:
    """What both kinds of channel do with the frames of a message."""

    gauge = monitor = None

    def watch(self, gauge):
        """Count what comes here, and notice where a message was too large: that ends the
        connection, and another is made."""
        self.gauge, self.monitor = gauge, self.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self.poller = self.poller_class()
        self.poller.register(self.socket, zmq.POLLIN)
        self.poller.register(self.monitor, zmq.POLLIN)

    def reconnect(self):
        """Connect again, which libzmq does not after a message that it would not take.

        Returns what to tell instead of that message, or None.
        """
        address = self.socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()
        with contextlib.suppress(zmq.ZMQError):
            self.socket.disconnect(address)
        self.socket.connect(address)
        time.sleep(_HELLO)
        return self.gauge.cut()

    def close(self):
        if self.monitor is not None and self.socket is not None:
            self.socket.disable_monitor()
            self.monitor = None
        super().close()

    stop = close

    def _take(self, frames):
        """The message, or None for one that cannot be read or was cut away."""
        try:
            message = self.session.deserialize(self.session.feed_identities(frames)[1])
            if not _well_formed(message):
                return None
        except Exception:  # a forged signature, nested past all bounds, no JSON: it is no message
            return None
        if self.gauge is None:
            return message
        text = message["content"].get("text")
        size = sum(map(len, frames)) if text is None else len(text.encode(errors="replace"))
        return self.gauge.pass_on(message, size)


class _Channel(_Reading, ZMQSocketChannel):
    poller_class = zmq.Poller

    def get_msg(self, timeout=None):
        """The next message that can be read; Empty after `timeout` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if end is None else max(0, int((end - time.monotonic()) * 1000))
            if self.monitor is None:
                ready = {self.socket: self.socket.poll(left)}
            else:
                ready = dict(self.poller.poll(left))
            if not any(ready.values()):
                raise Empty
            if ready.get(self.socket):
                message = self._take(self.socket.recv_multipart())
            else:
                self.monitor.recv_multipart()
                message = self.reconnect()
            if message is not None:
                return message


class _AsyncChannel(_Reading, AsyncZMQSocketChannel):
    poller_class = zmq.asyncio.Poller

    async def get_msg(self, timeout=None):
        """The next message that can be read; Empty after `timeout` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if end is None else max(0, int((end - time.monotonic()) * 1000))
            if self.monitor is None:
                ready = {self.socket: await self.socket.poll(left)}
            else:
                ready = dict(await self.poller.poll(left))
            if not any(ready.values()):
                raise Empty
            if ready.get(self.socket):
                message = self._take(await self.socket.recv_multipart())
            else:
                await self.monitor.recv_multipart()
                message = self.reconnect()
            if message is not None:
                return message


class _Guarded(HasTraits):
    """A client whose queues are bounded and whose cells print no more than they may."""

    output = Integer(help="bytes that one cell may print")
    message = Integer(help="bytes of the largest message that is taken")

    @default("output")
    def _default_output(self):
        return self._limits().output

    @default("message")
    def _default_message(self):
        return self._limits().message

    def _limits(self):
        """Those of the manager's sandbox, where this client came from one."""
        provisioner = getattr(self.parent, "provisioner", None)
        return Limits(**getattr(provisioner, "limits", {}))

    def _bound(self, context):
        """Set the options of all sockets that this context will make."""
        context.setsockopt(zmq.MAXMSGSIZE, self.message)
        context.setsockopt(zmq.RCVHWM, _WAITING)
        self._created_context = True
        return context

    def start_channels(self, shell=True, iopub=True, stdin=True, hb=False, control=True):
        """As in the base class, without the heartbeat: the zone itself says when it has ended."""
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)
        if self.iopub_channel.gauge is None:
            self.iopub_channel.watch(Gauge(self.output))

    def execute(self, *args, **options):
        """As in the base class; what is printed from now on counts for this cell."""
        asked = super().execute(*args, **options)
        self.iopub_channel.gauge.begin(asked)
        return asked

    async def _async_wait_for_ready(self, timeout=None):
        """Return when the kernel has answered on both channels; RuntimeError after `timeout` s."""
        end = time.monotonic() + (60 if timeout is None else timeout)
        while time.monotonic() < end and await ensure_async(self.is_alive()):
            asked = self.kernel_info()
            if await self._heard(self.shell_channel, "kernel_info_reply", asked, end) and (
                # What is published before the kernel knows that we listen never arrives.
                await self._heard(self.iopub_channel, "status", asked, time.monotonic() + 0.1)
            ):
                return
        raise RuntimeError("the kernel ended or did not answer before its first cell")

    async def _heard(self, channel, kind, asked, end):
        while (left := min(end - time.monotonic(), 1.0)) > 0:
            try:
                message = await ensure_async(channel.get_msg(timeout=left))
            except Empty:
                return False
            # "idle" is the last that comes of one request.
            last = kind != "status" or message["content"].get("execution_state") == "idle"
            ours = message["msg_type"] == kind and message["parent_header"].get("msg_id") == asked
            if ours and last:
                return True
        return False


class Client(_Guarded, BlockingKernelClient):
    """Blocking, for the two zones' own execution."""

    shell_channel_class = iopub_channel_class = Type(_Channel)
    stdin_channel_class = control_channel_class = Type(_Channel)

    @default("context")
    def _make_context(self):
        return self._bound(zmq.Context())

    wait_for_ready = run_sync(_Guarded._async_wait_for_ready)


class AsyncClient(_Guarded, AsyncKernelClient):
    """For nbclient, and with it for plain `nbgrader autograde`."""

    shell_channel_class = iopub_channel_class = Type(_AsyncChannel)
    stdin_channel_class = control_channel_class = Type(_AsyncChannel)

    @default("context")
    def _make_context(self):
        return self._bound(zmq.asyncio.Context())

    wait_for_ready = _Guarded._async_wait_for_ready
