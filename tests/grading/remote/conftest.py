"""A student's zone for tests: the agent on a thread, or a stranger who writes what he likes."""

import contextlib
import socket
import threading

import pytest

from dlcourse.grading.remote import agent, frames
from dlcourse.grading.remote.peer import Peer

MOST = 50_000_000


@pytest.fixture
def zone():
    """A function: the student's source in, the Peer of its zone out (its names by `.name`)."""
    ended = []

    def start(source="", **names):
        namespace = dict(names)
        exec(compile(source, "student", "exec"), namespace)
        here, there = socket.socketpair()
        serving = agent.Agent(there, namespace, agent.Objects(), MOST)
        thread = threading.Thread(target=serving.serve, daemon=True)
        thread.start()
        peer = Peer(MOST)
        peer.connect(here)
        ended.append((peer, thread, there))
        return peer

    yield start
    for peer, thread, there in ended:
        peer.disconnect()
        thread.join(10)
        there.close()
        assert not thread.is_alive()


@pytest.fixture
def stranger():
    """A function: replies in, the Peer of a zone that sends them, whatever it is asked, out.

    A reply is (header, buffers), or bytes that are sent as they are.
    """
    sockets = []

    def start(*replies):
        here, there = socket.socketpair()
        sockets.append(there)

        def lie():
            with contextlib.suppress(OSError, frames.Closed):
                for reply in replies:
                    if isinstance(reply, bytes):
                        there.sendall(reply)
                    else:
                        frames.send(there, *reply)
                there.shutdown(socket.SHUT_WR)

        threading.Thread(target=lie, daemon=True).start()
        peer = Peer(MOST)
        peer.connect(here)
        sockets.append(here)
        return peer

    yield start
    for end in sockets:
        end.close()
