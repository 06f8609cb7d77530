"""Downloads from a server on this machine: good, corrupt, broken off, refused."""

import gzip
import hashlib

import pytest

from dlcourse import data
from dlcourse.data import idx_sets
from dlcourse.data.arriving import arrival_folder
from dlcourse.data.vision import import_torchvision

# torchvision leaves the connection of a failed download to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(params=[idx_sets.MNIST, idx_sets.FASHION_MNIST], ids=lambda p: p.name)
def published(request):
    return request.param


@pytest.fixture
def torchvision_class(published):
    return getattr(import_torchvision().datasets, published.places[1].split("/")[0])


@pytest.fixture
def small_files(published, monkeypatch, publish_small_files):
    monkeypatch.setattr(idx_sets, "MIRRORS", {published.name: []})
    return publish_small_files(published.name)


@pytest.fixture
def server(serve, small_files, torchvision_class, monkeypatch):
    """A server of the small files, which torchvision takes for the set's only mirror."""
    packed = {f"{name}.gz": gzip.compress(body, mtime=0) for name, body in small_files.items()}
    resources = [(name, hashlib.md5(body).hexdigest()) for name, body in packed.items()]
    served = serve(packed)
    monkeypatch.setattr(torchvision_class, "mirrors", [served.address])
    monkeypatch.setattr(torchvision_class, "resources", resources)
    return served


@pytest.fixture
def small_set(folder, small_files, published):
    """The small set, in place and compressed; the path of its raw folder."""
    raw = folder / published.places[0]
    raw.mkdir(parents=True)
    for name, content in small_files.items():
        (raw / f"{name}.gz").write_bytes(gzip.compress(content))
    return raw


def everything_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def in_place(published):
    return sorted(f"{published.places[0]}/{name}" for name in published.files)


def assert_failed(error, folder, *parts):
    message = str(error.value)
    assert "\n" not in message
    for part in (*parts, "data.load('digits')"):
        assert part in message
    assert everything_in(folder) == []


@pytest.mark.usefixtures("server")
def test_load_fetches_a_set_that_is_missing(folder, published):
    s = data.load(published.name)
    assert s.x.shape == (10, 15)
    assert everything_in(folder) == in_place(published)
    assert "published SHA-256" in published.verify()


def test_a_set_that_is_there_is_not_fetched(folder, server, small_set, published):
    before = everything_in(folder)
    data.load(published.name)
    assert "complete" in published.fetch()
    assert server.asked == []
    assert everything_in(folder) == before


def test_corrupt_bytes(folder, server, published):
    name = "train-labels-idx1-ubyte.gz"
    body, length = server.sends[name]
    server.sends[name] = (body[:-1] + bytes([body[-1] ^ 255]), length)
    with pytest.raises(ConnectionError) as error:
        data.load(published.name)
    assert_failed(error, folder, "could not be downloaded from http://127.0.0.1", "corrupted")


def test_bytes_that_torchvision_believes_and_we_do_not(
    folder, small_files, monkeypatch, server, published, torchvision_class
):
    name = "t10k-labels-idx1-ubyte"
    content = small_files[name][:-1] + b"\xff"
    packed = gzip.compress(content)
    server.sends[f"{name}.gz"] = (packed, len(packed))
    resources = dict(torchvision_class.resources)
    resources[f"{name}.gz"] = hashlib.md5(packed).hexdigest()
    monkeypatch.setattr(torchvision_class, "resources", list(resources.items()))
    with pytest.raises(ConnectionError) as error:
        data.load(published.name)
    assert_failed(error, folder, f"{name} is not the published file; nothing was kept")


def test_a_connection_that_breaks_off(folder, server, published):
    name = "t10k-images-idx3-ubyte.gz"
    body, length = server.sends[name]
    server.sends[name] = (body[: length // 2], length)
    with pytest.raises(ConnectionError) as error:
        data.load(published.name)
    assert_failed(error, folder, "could not be downloaded")


def test_a_server_that_does_not_have_it(folder, server, published):
    server.sends.clear()
    with pytest.raises(ConnectionError) as error:
        data.load(published.name)
    assert_failed(error, folder, "404")


def test_no_server_at_all(folder, server, monkeypatch, published, torchvision_class):
    # Port 0 is never listened on.
    monkeypatch.setattr(torchvision_class, "mirrors", ["http://127.0.0.1:0/"])
    with pytest.raises(ConnectionError) as error:
        data.load(published.name)
    assert_failed(error, folder, "http://127.0.0.1:0/")
    assert server.asked == []


def test_an_interrupted_download_leaves_nothing(folder, server, monkeypatch, published):
    def interrupted(name, shape, sha256):
        raise KeyboardInterrupt

    monkeypatch.setattr(idx_sets, "read_idx", interrupted)
    with pytest.raises(KeyboardInterrupt):
        published.fetch()
    assert len(set(server.asked)) == 4
    assert everything_in(folder) == []


def test_only_what_is_damaged_or_missing_is_replaced(folder, server, small_set, published):
    damaged = small_set / "train-images-idx3-ubyte.gz"
    damaged.write_bytes(damaged.read_bytes()[:-5])
    (small_set / "t10k-labels-idx1-ubyte.gz").unlink()
    good = [small_set / f"{n}.gz" for n in ("train-labels-idx1-ubyte", "t10k-images-idx3-ubyte")]
    before = [(p.read_bytes(), p.stat().st_mtime_ns) for p in good]
    assert published.fetch().startswith(f"{published.name}: 2 of 4 files fetched")
    assert [(p.read_bytes(), p.stat().st_mtime_ns) for p in good] == before
    assert data.load(published.name, download=False).x.shape == (10, 15)
    assert not [p for p in everything_in(folder) if f".{published.name}-" in p]


def test_a_failed_repair_loses_nothing(folder, server, small_set, published):
    damaged = small_set / "train-images-idx3-ubyte.gz"
    damaged.write_bytes(damaged.read_bytes()[:-5])
    before = {p: p.read_bytes() for p in small_set.iterdir()}
    server.sends.clear()
    with pytest.raises(ConnectionError):
        published.fetch()
    assert {p: p.read_bytes() for p in small_set.iterdir()} == before
    assert len(everything_in(folder)) == 4


def test_a_folder_that_cannot_be_made(server, monkeypatch, tmp_path, published):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "file" / "below"))
    with pytest.raises(OSError, match="set DLCOURSE_DATA to a folder that you may write to"):
        data.load(published.name)
    assert server.asked == []


@pytest.mark.usefixtures("server")
def test_what_a_killed_download_left_is_cleared_by_the_next_one(folder, published):
    for left in (f".{published.name}-killed", f".{published.name}-older"):
        (folder / left / "MNIST").mkdir(parents=True)
        (folder / left / "MNIST" / "half.gz").write_bytes(b"half")
    (folder / f".{published.name}-killed" / "in-use").touch()
    (folder / ".another-hidden").mkdir()
    published.fetch()
    assert everything_in(folder) == in_place(published)
    assert (folder / ".another-hidden").is_dir()


@pytest.mark.usefixtures("server")
def test_a_download_that_is_under_way_is_left_alone(folder, published):
    with arrival_folder(published.name, published.title) as other:
        (other / "half.gz").write_bytes(b"half")
        published.fetch()
        assert (other / "half.gz").read_bytes() == b"half"
    assert everything_in(folder) == in_place(published)


def test_a_mirror_of_ones_own_is_asked_first(folder, published, serve, server, monkeypatch):
    own = serve({f"course/data/{name}": body for name, (body, _) in server.sends.items()})
    monkeypatch.setenv("DLCOURSE_MIRROR", f"{own.address}course/data {own.address}nothing")
    del own.sends["course/data/t10k-labels-idx1-ubyte.gz"]
    published.fetch()
    assert everything_in(folder) == in_place(published)
    assert len(set(own.asked)) == 5
    assert set(server.asked) == {"t10k-labels-idx1-ubyte.gz"}


def test_the_mirrors_that_fail_are_all_named(folder, published, serve, server, monkeypatch):
    own = serve({})
    monkeypatch.setenv("DLCOURSE_MIRROR", own.address)
    server.sends.clear()
    with pytest.raises(ConnectionError, match=f"{own.address}, {server.address}"):
        published.fetch()
