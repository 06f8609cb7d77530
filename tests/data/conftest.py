"""The real MNIST where it is there, a small one of the same format where it need not be real."""

import gc
import gzip
import hashlib
import os
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from dlcourse.data import idx_sets


@pytest.fixture(scope="session")
def real_data():
    """The folder of the real data sets, set as DLCOURSE_DATA while a test uses it."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = os.environ.get("DLCOURSE_DATA") or (str(beside) if beside.is_dir() else None)
    if folder is None:
        pytest.skip("needs MNIST: DLCOURSE_DATA is not set")
    return folder


@pytest.fixture
def real_mnist(real_data, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", real_data)
    if not idx_sets.MNIST.present():
        pytest.skip(f"needs MNIST, which is not in {real_data}")
    return Path(real_data)


@pytest.fixture
def publish_small_files(monkeypatch):
    """A function that lets a set of IDX files have published four small ones; it returns them.

    They hold 6 + 4 images of 5×3 pixels.
    """

    def publish(set_name):
        rng = np.random.default_rng(7)
        contents = {}
        for part, n in (("train", 6), ("t10k", 4)):
            images = rng.integers(256, size=(n, 5, 3), dtype=np.uint8)
            labels = rng.integers(10, size=n, dtype=np.uint8)
            for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
                name = f"{part}-{kind}-ubyte"
                header = struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape)
                contents[name] = header + array.tobytes()
                monkeypatch.setitem(idx_sets.SHAPES, name, array.shape)
                sha256 = hashlib.sha256(contents[name]).hexdigest()
                monkeypatch.setitem(idx_sets.SHA256[set_name], name, sha256)
        return contents

    return publish


@pytest.fixture
def small_files(publish_small_files):
    return publish_small_files("mnist")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder, and a user's cache that is empty as well."""
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    monkeypatch.setattr("dlcourse.data.folder._user_cache", lambda: tmp_path.parent / "cache")
    monkeypatch.delenv("DLCOURSE_MIRROR", raising=False)
    return tmp_path


@pytest.fixture
def small_mnist(folder, small_files):
    """The small set, in place and compressed; the path of its raw folder."""
    raw = folder / "mnist" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in small_files.items():
        (raw / f"{name}.gz").write_bytes(gzip.compress(content))
    return raw


@pytest.fixture
def serve(monkeypatch):
    """A function that starts a server on this machine and returns it.

    It is called with the files by path, and what it sends can be changed afterwards:
    `server.sends[path] = (body, promised length)`. `server.asked` lists the paths, `server.address`
    ends in a slash.
    """
    started = []
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    def start(files):
        sends = {path: (body, len(body)) for path, body in files.items()}
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.lstrip("/")
                asked.append(name)
                if name not in sends:
                    self.send_error(404)
                    return
                body, length = sends[name]
                self.send_response(200)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Say nothing: a test's output is its result."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.sends, server.asked = sends, asked
        server.address = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        started.append((server, thread))
        return server

    gc.freeze()  # What is there already need not be searched when the test is over.
    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()
    gc.collect()
    gc.unfreeze()
