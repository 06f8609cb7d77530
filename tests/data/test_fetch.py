"""Downloads from a server on this machine: good, corrupt, broken off, refused."""

import gc
import gzip
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dlcourse import data
from dlcourse.data import mnist
from dlcourse.data.vision import import_torchvision

# torchvision leaves the connection of a failed download to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def server(small_files, monkeypatch):
    """A server of the small files, which torchvision takes for MNIST's only mirror.

    What it sends can be changed: `server.sends[name] = (body, promised length)`.
    """
    sends, asked = {}, []

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

    resources = []
    for name, content in small_files.items():
        packed = gzip.compress(content, mtime=0)
        sends[f"{name}.gz"] = (packed, len(packed))
        resources.append((f"{name}.gz", hashlib.md5(packed).hexdigest()))
    torchvision_mnist = import_torchvision().datasets.MNIST
    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.sends, served.asked = sends, asked
    address = f"http://127.0.0.1:{served.server_port}/"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(torchvision_mnist, "mirrors", [address])
    monkeypatch.setattr(torchvision_mnist, "resources", resources)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    gc.freeze()  # What is there already need not be searched when the test is over.
    yield served
    served.shutdown()
    thread.join()
    served.server_close()
    gc.collect()
    gc.unfreeze()


def everything_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def in_place(below="mnist/MNIST/raw"):
    return sorted(f"{below}/{name}" for name in mnist.FILES)


def assert_failed(error, folder, *parts):
    message = str(error.value)
    assert "\n" not in message
    for part in (*parts, "data.load('digits')"):
        assert part in message
    assert everything_in(folder) == []


@pytest.mark.usefixtures("server")
def test_load_fetches_a_set_that_is_missing(folder):
    s = data.load("mnist")
    assert s.x.shape == (10, 15)
    assert everything_in(folder) == in_place()
    assert "published SHA-256" in mnist.verify()


def test_a_set_that_is_there_is_not_fetched(folder, server, small_mnist):
    before = everything_in(folder)
    data.load("mnist")
    assert "complete" in mnist.fetch()
    assert server.asked == []
    assert everything_in(folder) == before


def test_corrupt_bytes(folder, server):
    name = "train-labels-idx1-ubyte.gz"
    body, length = server.sends[name]
    server.sends[name] = (body[:-1] + bytes([body[-1] ^ 255]), length)
    with pytest.raises(ConnectionError) as error:
        data.load("mnist")
    assert_failed(error, folder, "could not be downloaded from http://127.0.0.1", "corrupted")


def test_bytes_that_torchvision_believes_and_we_do_not(folder, small_files, monkeypatch, server):
    name = "t10k-labels-idx1-ubyte"
    content = small_files[name][:-1] + b"\xff"
    packed = gzip.compress(content)
    server.sends[f"{name}.gz"] = (packed, len(packed))
    torchvision_mnist = import_torchvision().datasets.MNIST
    resources = dict(torchvision_mnist.resources)
    resources[f"{name}.gz"] = hashlib.md5(packed).hexdigest()
    monkeypatch.setattr(torchvision_mnist, "resources", list(resources.items()))
    with pytest.raises(ConnectionError) as error:
        data.load("mnist")
    assert_failed(error, folder, f"{name} is not the published file; nothing was kept")


def test_a_connection_that_breaks_off(folder, server):
    name = "t10k-images-idx3-ubyte.gz"
    body, length = server.sends[name]
    server.sends[name] = (body[: length // 2], length)
    with pytest.raises(ConnectionError) as error:
        data.load("mnist")
    assert_failed(error, folder, "could not be downloaded")


def test_a_server_that_does_not_have_it(folder, server):
    server.sends.clear()
    with pytest.raises(ConnectionError) as error:
        data.load("mnist")
    assert_failed(error, folder, "404")


def test_no_server_at_all(folder, server, monkeypatch):
    torchvision_mnist = import_torchvision().datasets.MNIST
    # Port 0 is never listened on.
    monkeypatch.setattr(torchvision_mnist, "mirrors", ["http://127.0.0.1:0/"])
    with pytest.raises(ConnectionError) as error:
        data.load("mnist")
    assert_failed(error, folder, "http://127.0.0.1:0/")
    assert server.asked == []


def test_an_interrupted_download_leaves_nothing(folder, server, monkeypatch):
    def interrupted(name, shape, sha256):
        raise KeyboardInterrupt

    monkeypatch.setattr(mnist, "read_idx", interrupted)
    with pytest.raises(KeyboardInterrupt):
        mnist.fetch()
    assert len(set(server.asked)) == 4
    assert everything_in(folder) == []


def test_only_what_is_damaged_or_missing_is_replaced(folder, server, small_mnist):
    damaged = small_mnist / "train-images-idx3-ubyte.gz"
    damaged.write_bytes(damaged.read_bytes()[:-5])
    (small_mnist / "t10k-labels-idx1-ubyte.gz").unlink()
    good = [small_mnist / f"{n}.gz" for n in ("train-labels-idx1-ubyte", "t10k-images-idx3-ubyte")]
    before = [(p.read_bytes(), p.stat().st_mtime_ns) for p in good]
    assert mnist.fetch().startswith("mnist: 2 of 4 files fetched")
    assert [(p.read_bytes(), p.stat().st_mtime_ns) for p in good] == before
    assert data.load("mnist", download=False).x.shape == (10, 15)
    assert not [p for p in everything_in(folder) if ".mnist-" in p]


def test_a_failed_repair_loses_nothing(folder, server, small_mnist):
    damaged = small_mnist / "train-images-idx3-ubyte.gz"
    damaged.write_bytes(damaged.read_bytes()[:-5])
    before = {p: p.read_bytes() for p in small_mnist.iterdir()}
    server.sends.clear()
    with pytest.raises(ConnectionError):
        mnist.fetch()
    assert {p: p.read_bytes() for p in small_mnist.iterdir()} == before
    assert len(everything_in(folder)) == 4


def test_a_folder_that_cannot_be_made(server, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "file" / "below"))
    with pytest.raises(OSError, match="set DLCOURSE_DATA to a folder that you may write to"):
        data.load("mnist")
    assert server.asked == []
