"""Zones that are started ahead: while one submission runs, the next one's kernel is made.

A zone that waits holds no submission and has seen none; each is used once. What is shared between
submissions is only that their kernels were made from the same libraries.
"""

import queue
import threading

from dlcourse.grading.sandbox.zone import Zone, prepare, require


class Pool:
    """`size` zones in waiting, of one policy. `take` gives one its submission.

    policy: see Policy, without files. workplace: a folder of this machine. Unavailable where this
    machine cannot sandbox.
    """

    def __init__(self, policy, workplace, size=1):
        if policy.files is not None:
            raise ValueError("a pool's policy has no files: each `take` brings its own")
        if size < 1:
            raise ValueError(f"a pool keeps at least one zone in waiting, got size {size}")
        require(policy)
        self.policy, self.workplace = policy, workplace
        self._waiting = queue.Queue(maxsize=size)
        self._closed = threading.Event()
        self._maker = threading.Thread(target=self._make, name="makes zones", daemon=True)
        self._maker.start()

    def _make(self):
        while not self._closed.is_set():
            try:
                made = prepare(self.policy, self.workplace)
                made.wait_until_warm()
            except Exception as error:  # told to the one who asks for the zone
                made = error
            while not self._closed.is_set():
                try:
                    self._waiting.put(made, timeout=0.2)
                    break
                except queue.Full:
                    continue
            else:
                _give_up(made)

    def take(self, files, timeout=120.0):
        """A zone with the submission of the folder `files` in it. queue.Empty after `timeout` s."""
        if self._closed.is_set():
            raise RuntimeError("the pool is closed")
        zone = self._waiting.get(timeout=timeout)
        if isinstance(zone, Exception):
            raise zone
        try:
            return zone.assign(files)
        except BaseException:
            zone.kill()
            raise

    def close(self):
        """End the zones that wait; those that were taken live on."""
        self._closed.set()
        while self._maker.is_alive() or not self._waiting.empty():
            try:
                _give_up(self._waiting.get(timeout=0.05))
            except queue.Empty:
                continue
        self._maker.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _give_up(made):
    if isinstance(made, Zone):
        made.kill()
