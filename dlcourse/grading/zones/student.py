"""The student's zone, as the grader drives it: cells in, outputs out, never longer than they may.

The kernel may say anything on its channels. What it says is kept as the outputs of the cell that
runs, and decides nothing but whether the next cell may begin.
"""

import time
from dataclasses import dataclass
from queue import Empty

import zmq

from dlcourse.grading.remote import bundle, frames, peer
from dlcourse.grading.zones.outputs import Outputs, clean

TIMED_OUT, OUT_OF_MEMORY, CRASHED = "timed out", "out of memory", "crashed"
GRACE = 2.0  # seconds to heed an interrupt
_SLOW = 20.0  # seconds for what is ours, on a busy machine
_LOOK = 0.1  # seconds between two looks at whether the zone lives
_AT_ONCE = 200  # messages that are taken before the clock is looked at
_AGENT = "agent"  # the socket's name in the exchange folder


class Ended(Exception):
    """The student's zone has ended. state: what the submission's would be. sentence: why."""

    def __init__(self, state, sentence):
        super().__init__(sentence)
        self.state, self.sentence = state, sentence


@dataclass
class Asked:
    """How a test cell ended. answer: the trusted zone's, None if that zone died or did not heed.

    outputs: what student code printed meanwhile. late: whether the time was up. ended: an Ended if
    the student's zone is gone, else None.
    """

    answer: dict | None
    outputs: Outputs
    late: bool = False
    ended: Ended | None = None

    @property
    def cut_off(self):
        """Whether the test failed because the student's zone ended while it was asked."""
        error = self.answer and self.answer["error"]
        return self.ended is not None and error is not None and error["ename"] == "ZoneFailure"


class Student:
    """One zone, of `sandbox.start`, from its start to its end.

    listener: where the zone's agent calls; the trusted zone waits there.
    """

    def __init__(self, zone):
        self.zone, self._next, self._waits = zone, 1, set()
        self.listener = zone.listen(_AGENT)
        try:
            self._client = zone.client()
        except RuntimeError as error:
            raise Ended(*(zone.ended() or (CRASHED, str(error)))) from error
        self._poller = zmq.Poller()
        for channel in (self._client.iopub_channel, self._client.shell_channel):
            self._poller.register(channel.socket, zmq.POLLIN)
        self._path = f"{zone.exchange_inside}/{_AGENT}"
        self._quietly(bundle.source())

    def run(self, source, count, seconds):
        """Run one of the student's cells as In[count]; its Outputs, and whether it was late.

        Ended where the zone died of it, or did not even heed an interrupt.
        """
        if count != self._next:
            self._quietly(f"get_ipython().execution_count = {count}")
        self._next = count + 1
        outputs = Outputs()
        asked = self._ask(clean(source))
        late = not self._pump(asked, outputs, seconds)
        if late:
            self.zone.interrupt()
            if not self._pump(asked, outputs, GRACE):
                self._end(TIMED_OUT, f"did not end in {seconds:g} s and could not be interrupted")
        if self._leaves:  # the kernel goes when the next cell has begun: it is this one's doing
            self._end(CRASHED, "called exit() or quit()")
        return outputs, late

    def test(self, trusted, source, count, seconds):
        """Run a test cell in the trusted zone, which asks this one; returns an Asked."""
        outcome, self._next = Asked(None, Outputs()), count + 1
        trusted.begin(source, count, asks=True)
        serve = bundle.serve(self._path, peer.MOST_BYTES, count + 1)
        asked = self._ask(serve, silent=True)
        try:
            outcome.late = not self._pump(asked, outcome.outputs, seconds, trusted)
            if outcome.late:
                self.zone.interrupt()
                self._pump(asked, outcome.outputs, GRACE, trusted)
        except Ended as ended:
            outcome.ended = ended
            trusted.abandon()
            trusted.wait(GRACE)
        if not trusted.wait(0):
            trusted.interrupt()
        if trusted.wait(GRACE):
            try:
                outcome.answer = trusted.answer()
            except frames.Closed:
                outcome.answer = None
        if outcome.ended is None:
            try:
                self._settle(asked, outcome.outputs)
            except Ended as ended:
                outcome.ended = ended
        return outcome

    def _settle(self, asked, outputs):
        """Wait until the agent has left."""
        if not self._pump(asked, outputs, GRACE):
            self.zone.interrupt()
            if not self._pump(asked, outputs, GRACE):
                self._end(TIMED_OUT, "went on after its test and could not be interrupted")

    def _quietly(self, source):
        """Run code of ours."""
        if not self._pump(self._ask(source, silent=True), Outputs(), _SLOW):
            self._end(TIMED_OUT, "the kernel did not answer")

    def _ask(self, source, silent=False):
        """Send a request; it is done when its reply and the word that all is said have come."""
        self._waits, self._leaves = {"reply", "idle"}, False
        return self._client.execute(source, silent=silent, allow_stdin=False, stop_on_error=False)

    def _end(self, state, why):
        self.zone.kill(state, why)
        raise Ended(state, why)

    def _pump(self, asked, outputs, seconds, trusted=None):
        """Take messages until the request is done, or the trusted zone has an answer.

        Returns False when the time is up before; Ended when the zone is gone.
        """
        deadline = time.monotonic() + seconds
        if trusted is not None:
            self._poller.register(trusted.fileno(), zmq.POLLIN)
        try:
            while True:
                self._take(asked, outputs)
                if not self._waits if trusted is None else trusted.wait(0):
                    return True
                if trusted is not None and not self._waits:
                    trusted.abandon()  # the agent has left, or never came
                    return trusted.wait(GRACE)
                if (ended := self.zone.ended()) is not None:
                    raise Ended(*ended)
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._poller.poll(1000 * min(left, _LOOK))
        finally:
            if trusted is not None:
                self._poller.unregister(trusted.fileno())

    def _take(self, asked, outputs):
        for _ in range(_AT_ONCE):
            try:
                message = self._client.iopub_channel.get_msg(timeout=0)
            except Empty:
                break
            if message["parent_header"].get("msg_id") != asked:
                continue  # of a thread that an earlier cell left behind
            if message["msg_type"] != "status":
                outputs.add(message)
            elif message["content"].get("execution_state") == "idle":
                self._waits.discard("idle")
        try:
            reply = self._client.shell_channel.get_msg(timeout=0)
        except Empty:
            return
        if reply["parent_header"].get("msg_id") == asked:
            self._waits.discard("reply")
            self._leaves = "ask_exit" in str(reply["content"].get("payload"))
