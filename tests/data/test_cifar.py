"""CIFAR from pickles as Python 2 wrote them: read, fetched, damaged, and none that run code."""

import hashlib
import io
import pickle
import struct
import tarfile

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import cifar, python_pickle
from dlcourse.data.vision import import_torchvision

# torchvision leaves the connection of a failed download to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def python2_pickle(value):
    """Protocol 2 with byte strings, as Python 2 pickled dictionaries, lists and arrays."""
    return b"\x80\x02" + _op(value) + b"."


def _op(value):
    if isinstance(value, str):
        raw = value.encode("latin1")
        return b"T" + struct.pack("<i", len(raw)) + raw
    if isinstance(value, bool | int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, list):
        return b"](" + b"".join(map(_op, value)) + b"e"
    if isinstance(value, dict):
        return b"}(" + b"".join(_op(k) + _op(v) for k, v in value.items()) + b"u"
    begin = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n" + _op(0) + b"\x85"
    begin += _op("b") + b"tR"
    dtype = b"cnumpy\ndtype\n(" + _op("u1") + _op(0) + _op(1) + b"tR("
    dtype += _op(3) + _op("|") + b"NNN" + _op(-1) + _op(-1) + _op(0) + b"tb"
    shape = b"(" + b"".join(map(_op, value.shape)) + b"t"
    state = b"(" + _op(1) + shape + dtype + b"\x89" + _op(value.tobytes().decode("latin1")) + b"t"
    return begin + state + b"b"


def batch(n, seed, labels):
    rng = np.random.default_rng(seed)
    content = {"data": rng.integers(256, size=(n, 3072), dtype=np.uint8)}
    return content | {kind: rng.integers(k, size=n).tolist() for kind, k in labels.items()}


BATCHES = {
    "cifar10": {
        **{f"data_batch_{i}": batch(4, i, {"labels": 10}) for i in range(1, 6)},
        "test_batch": batch(3, 6, {"labels": 10}),
        "batches.meta": {"label_names": [f"kind {i}" for i in range(10)]},
    },
    "cifar100": {
        "train": batch(9, 1, {"fine_labels": 100, "coarse_labels": 20}),
        "test": batch(5, 2, {"fine_labels": 100, "coarse_labels": 20}),
        "meta": {
            "fine_label_names": [f"kind {i}" for i in range(100)],
            "coarse_label_names": [f"group {i}" for i in range(20)],
        },
    },
}
FOLDERS = {"cifar10": "cifar-10-batches-py", "cifar100": "cifar-100-python"}


@pytest.fixture(params=["cifar10", "cifar100"])
def name(request):
    return request.param


@pytest.fixture
def files(name, monkeypatch):
    """The files of a small CIFAR, known to us and to torchvision as the published ones."""
    contents = {file: python2_pickle(value) for file, value in BATCHES[name].items()}
    md5 = {file: hashlib.md5(content).hexdigest() for file, content in contents.items()}
    monkeypatch.setitem(cifar.MD5, name, md5)
    theirs = getattr(import_torchvision().datasets, name.upper())
    for attribute in ("train_list", "test_list"):
        known = [[file, md5[file]] for file, _ in getattr(theirs, attribute)]
        monkeypatch.setattr(theirs, attribute, known)
    known = theirs.meta | {"md5": md5[theirs.meta["filename"]]}
    monkeypatch.setattr(theirs, "meta", known)
    return contents


@pytest.fixture
def archive(name, files, monkeypatch):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for file, content in files.items():
            member = tarfile.TarInfo(f"{FOLDERS[name]}/{file}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    content = packed.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    monkeypatch.setitem(cifar.ARCHIVES, name, (cifar.ARCHIVES[name][0], sha256))
    theirs = getattr(import_torchvision().datasets, name.upper())
    monkeypatch.setattr(theirs, "tgz_md5", hashlib.md5(content).hexdigest())
    return content


@pytest.fixture
def server(serve, name, archive, monkeypatch):
    served = serve({cifar.ARCHIVES[name][0]: archive})
    theirs = getattr(import_torchvision().datasets, name.upper())
    monkeypatch.setattr(theirs, "url", served.address + cifar.ARCHIVES[name][0])
    return served


@pytest.fixture
def in_place(folder, name, files):
    raw = folder / name / FOLDERS[name]
    raw.mkdir(parents=True)
    for file, content in files.items():
        (raw / file).write_bytes(content)
    return raw


def everything_in(folder):
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


@pytest.mark.filterwarnings("ignore:.*align should be passed")
def test_equal_to_torchvision(in_place, name):
    ours = data.load(name, flat=False, download=False)
    theirs = getattr(import_torchvision().datasets, name.upper())
    for train, x, y in ((True, ours.x_train, ours.y_train), (False, ours.x_test, ours.y_test)):
        peer = theirs(in_place.parent, train=train)
        np.testing.assert_allclose(x.transpose(0, 2, 3, 1), peer.data / 255, rtol=1e-6)
        assert y.tolist() == peer.targets
        assert list(ours.classes) == peer.classes
    np.testing.assert_array_equal(ours.images[:, 5, 7], ours.x[:, :, 5, 7])
    assert ours.y.dtype == np.int64
    assert ours.x.dtype == np.float32


@pytest.mark.usefixtures("in_place")
def test_levels_and_rows(name):
    floats, levels = (data.load(name, dtype=dtype) for dtype in ("float32", "uint8"))
    assert levels.x.dtype == np.uint8
    assert levels.x.shape == floats.x.shape == (len(floats.y), 3072)
    np.testing.assert_allclose(levels.x / 255, floats.x, rtol=1e-6)
    first = next(iter(BATCHES[name].values()))["data"]
    np.testing.assert_array_equal(levels.x[: len(first)], first)
    with pytest.raises(ValueError, match="dtype must be 'float32' or 'uint8', got 'int8'"):
        data.load(name, dtype="int8")


@pytest.mark.parametrize("name", ["cifar100"])
@pytest.mark.usefixtures("in_place")
def test_the_groups_of_cifar100(name):
    loaded = data.load(name)
    groups = [label for part in ("train", "test") for label in BATCHES[name][part]["coarse_labels"]]
    assert loaded.info["coarse"].tolist() == groups
    assert loaded.info["coarse_classes"][19] == "group 19"


def test_load_fetches_a_set_that_is_missing(folder, name, files, server):
    loaded = data.load(name)
    assert len(loaded.x) == len(loaded.y)
    assert everything_in(folder) == sorted(files)
    assert len(list(folder.iterdir())) == 1
    assert "published MD5" in data.registry.find(name).verify()
    before = len(server.asked)
    assert "complete" in data.registry.find(name).fetch()
    assert len(server.asked) == before


def test_an_archive_in_the_data_folder_is_unpacked(folder, name, archive, monkeypatch):
    theirs = getattr(import_torchvision().datasets, name.upper())
    monkeypatch.setattr(theirs, "url", "http://127.0.0.1:0/nothing")
    (folder / cifar.ARCHIVES[name][0]).write_bytes(archive)
    assert data.load(name, download=False).name == name


def test_a_mirror_of_ones_own_is_asked_first(folder, name, archive, serve, server, monkeypatch):
    own = serve({f"course/{cifar.ARCHIVES[name][0]}": archive})
    monkeypatch.setenv("DLCOURSE_MIRROR", f"{own.address}course")
    assert "fetched" in data.registry.find(name).fetch()
    assert own.asked
    assert server.asked == []


def test_a_mirror_that_fails_is_passed_over(folder, name, serve, server, monkeypatch):
    monkeypatch.setenv("DLCOURSE_MIRROR", serve({}).address)
    assert "fetched" in data.registry.find(name).fetch()
    assert server.asked


@pytest.mark.parametrize("how", ["cut", "missing", "changed"])
def test_a_failed_download_leaves_nothing_and_says_what_to_do(folder, name, server, how):
    file = cifar.ARCHIVES[name][0]
    body, length = server.sends.pop(file)
    if how != "missing":
        server.sends[file] = (body[:50] if how == "cut" else body[::-1], length)
    with pytest.raises(ConnectionError) as error:
        data.load(name)
    message = str(error.value)
    assert "\n" not in message
    assert "could not be downloaded from http://127.0.0.1" in message
    assert "data.load('digits')" in message
    assert list(folder.iterdir()) == []


def test_an_archive_that_torchvision_believes_and_we_do_not(folder, name, server, monkeypatch):
    monkeypatch.setitem(cifar.ARCHIVES, name, (cifar.ARCHIVES[name][0], "0" * 64))
    with pytest.raises(ConnectionError, match="is not the published file; nothing was kept"):
        data.load(name)
    assert list(folder.iterdir()) == []


def test_a_damaged_file_is_named_and_replaced(in_place, name, files, server):
    file = next(iter(files))
    (in_place / file).write_bytes(files[file][:-1])
    with pytest.raises(ValueError, match=f"{file} is damaged: its MD5.*dlcourse data fetch {name}"):
        data.load(name)
    assert "1 of" in data.registry.find(name).fetch()
    assert {p.name: p.read_bytes() for p in in_place.iterdir()} == files


def test_offline_the_jpeg_files_are_named_where_they_are(folder, name):
    (folder / "cifar10-jpeg").mkdir()
    with pytest.raises(FileNotFoundError, match=r"as JPEG files: data\.load\('cifar10_jpeg'\)"):
        data.load(name, download=False)


@pytest.mark.usefixtures("folder")
def test_a_missing_set_says_what_to_do(name):
    with pytest.raises(FileNotFoundError, match=f"dlcourse data fetch {name}.*DLCOURSE_DATA"):
        data.load(name, download=False)


def test_pickles_are_read_as_numpy_reads_them(tmp_path):
    value = {"data": np.arange(12, dtype=np.uint8).reshape(3, 4), "names": ["a", "ü"], "n": 3}
    for content in (python2_pickle(value), pickle.dumps(value, protocol=5)):
        if content[1] == 5:
            # Protocol 5 asks for a function that this reader does not allow.
            with pytest.raises(ValueError, match="is not a pickle of arrays and strings"):
                python_pickle.loads(content, "p")
            continue
        read = python_pickle.loads(content, "p")
        np.testing.assert_array_equal(read["data"], value["data"])
        assert (read["names"], read["n"]) == (["a", "ü"], 3)


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'echo'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy\nload\n(S'file'\ntR.",
        b"\x80\x02}",
        b"",
        b"nonsense",
    ],
)
def test_a_pickle_that_asks_for_anything_else_is_refused(content):
    with pytest.raises(ValueError, match="the file is not a pickle of arrays and strings"):
        python_pickle.loads(content, "the file")
