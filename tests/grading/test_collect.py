"""What a class hands in, at its worst: each submission is taken or malformed, none is trusted."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from dlcourse.grading import collect, zipped
from dlcourse.grading.unit import MOST_BYTES, MOST_FILES, Limits, Malformed, Unit, inside

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def hand_in(folder, name, data=NOTEBOOK):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def one(folder):
    """The only submission in a folder."""
    (found,), _ = collect.collect(folder, "hw1")
    return found


def why(folder):
    """The sentence with which the only submission is refused: short, and it says what to do."""
    with pytest.raises(Malformed) as error:
        one(folder).read()
    said = str(error.value)
    assert len(said) < 300
    assert "\n" not in said
    assert any(word in said for word in ("hand in", "make", "leave", "rename", "remove", "clear"))
    return said


def packed(members, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, data in members:
            file.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("ann/hw1/hw1.ipynb", "ann"),
        ("ann/hw1.ipynb", "ann"),
        ("Ann Ox_4711_assignsubmission_file_/hw1.ipynb", "Ann Ox_4711"),
        ("Ann Ox_4711_assignsubmission_file_hw1.ipynb", "Ann Ox_4711"),
        ("ann.ipynb", "ann"),
        ("ann_hw1.ipynb", "ann"),
        ("ann-hw1.ipynb", "ann"),
        ("oxann_12_345_hw1.ipynb", "oxann"),
        ("oxann_LATE_12_345_hw1-2.ipynb", "oxann"),
        ("Zoë Ørsted/hw1/hw1.ipynb", "Zoë Ørsted"),
        ("=cmd/hw1/hw1.ipynb", "=cmd"),
    ],
)
def test_where_a_submission_may_lie(tmp_path, path, student):
    hand_in(tmp_path, path)
    found = one(tmp_path)
    assert found.student == student
    assert found.read() == {"hw1.ipynb": NOTEBOOK}


@pytest.mark.parametrize("inner", ["hw1.ipynb", "hw1/hw1.ipynb", "My Homework/hw1/hw1.ipynb"])
@pytest.mark.parametrize("outer", ["ann.zip", "ann_hw1.zip", "ann/all.zip"])
def test_zip_files(tmp_path, inner, outer):
    folder = inner.removesuffix("hw1.ipynb")
    members = [
        (inner, NOTEBOOK),
        (f"{folder}data/points.csv", b"1,2"),
        (f"{folder}.ipynb_checkpoints/hw1-checkpoint.ipynb", b"old"),
        ("__MACOSX/._hw1.ipynb", b"junk"),
    ]
    hand_in(tmp_path, outer, packed(members))
    found = one(tmp_path)
    assert found.student == "ann"
    assert found.read() == {"hw1.ipynb": NOTEBOOK, "data/points.csv": b"1,2"}


def test_what_is_passed_over_is_said(tmp_path):
    for name in ("readme.txt", "hw1.ipynb", "ben/other/hw2.ipynb", ".hidden/hw1/hw1.ipynb"):
        hand_in(tmp_path, name)
    for name in ("*", "a[b]", "new\nline", " ann", "x" * 129):
        hand_in(tmp_path, f"{name}/hw1/hw1.ipynb")
    found, passed = collect.collect(tmp_path, "hw1")
    assert found == []
    reasons = dict(passed)
    assert len(passed) == 8
    assert "neither a folder" in reasons["readme.txt"]
    assert "whose it is" in reasons["hw1.ipynb"]
    assert "nothing for hw1" in reasons["ben"]
    assert "rename" in reasons["*"] == reasons[r"new\nline"]
    assert collect.collect(tmp_path / "nowhere", "hw1") == ([], [])


def test_twice_is_once_too_often(tmp_path):
    hand_in(tmp_path, "ann.ipynb")
    hand_in(tmp_path, "ann_hw1.zip", packed([("hw1.ipynb", NOTEBOOK)]))
    assert "ann.ipynb and ann_hw1.zip" in why(tmp_path)


@pytest.mark.parametrize("place", ["ann", "ann/hw1", "ann/hw1/hw1.ipynb", "ann/hw1/data"])
def test_links_are_not_followed(tmp_path, place):
    secret = tmp_path / "secret"
    hand_in(secret, "hw1/hw1.ipynb", b"secret")
    target = {"ann": secret, "ann/hw1": secret / "hw1"}.get(place, secret / "hw1" / "hw1.ipynb")
    if place == "ann/hw1/data":
        hand_in(tmp_path / "in", "ann/hw1/hw1.ipynb")
        target = secret
    path = tmp_path / "in" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    assert "is a link" in why(tmp_path / "in")


@pytest.mark.parametrize("name", ["ann.ipynb", "ann.zip"])
def test_a_link_in_the_place_of_a_file(tmp_path, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).symlink_to("/etc/passwd")
    assert "is a link" in why(tmp_path / "in")


def test_a_pipe_is_not_waited_for(tmp_path):
    hand_in(tmp_path, "ann/hw1/hw1.ipynb")
    os.mkfifo(tmp_path / "ann" / "hw1" / "data.csv")
    assert "data.csv is no regular file" in why(tmp_path)


def test_a_device_is_not_opened(tmp_path, monkeypatch):
    path = hand_in(tmp_path, "ann/hw1/hw1.ipynb")
    found = one(tmp_path)
    device = os.stat_result((stat.S_IFCHR | 0o666, *path.lstat()[1:]))
    real = Path.lstat
    monkeypatch.setattr(Path, "lstat", lambda self: device if self == path else real(self))
    monkeypatch.setattr(os, "open", lambda *args: pytest.fail("opened"))
    with pytest.raises(Malformed, match="no regular file"):
        found.read()


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    hand_in(tmp_path, "ann/hw1/hw1.ipynb")
    real = os.open

    def refuse(path, flags, *args, **kwargs):
        if str(path).endswith(".ipynb"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    assert "hw1.ipynb cannot be read (Permission denied)" in why(tmp_path)


def test_a_file_in_the_place_of_the_folder(tmp_path):
    hand_in(tmp_path, "ann/hw1")
    assert "is not a folder" in why(tmp_path)


def test_too_many_files(tmp_path):
    for number in range(MOST_FILES + 1):
        hand_in(tmp_path, f"ann/hw1/{number}.txt", b"")
    assert f"more than {MOST_FILES} files" in why(tmp_path)


def test_too_many_bytes(tmp_path):
    path = hand_in(tmp_path, "ann/hw1/hw1.ipynb")
    with open(path, "r+b") as file:
        file.truncate(2 * MOST_BYTES)  # a hole: it takes no room on the disk
    assert "larger than 50 MB: clear all outputs" in why(tmp_path)


def test_too_many_bytes_in_several_files(tmp_path):
    for name in ("hw1.ipynb", "a.bin", "b.bin"):
        with open(hand_in(tmp_path, f"ann/hw1/{name}"), "r+b") as file:
            file.truncate(MOST_BYTES // 2)
    assert "larger than 50 MB" in why(tmp_path)


def test_a_name_that_is_no_text(tmp_path):
    hand_in(tmp_path, "ann/hw1/hw1.ipynb")
    try:
        (tmp_path / "ann" / "hw1" / "\udcff.csv").write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert "rename" in why(tmp_path)


def bomb():
    return packed([("hw1.ipynb", bytes(MOST_BYTES + 1))])


def link():
    info = zipfile.ZipInfo("hw1.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return packed([(info, "/etc/passwd")])


def understated():
    """A zip file whose directory says that a large member is small."""
    data = bytearray(packed([("hw1.ipynb", bytes(1_000_000))]))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(data)


def encrypted():
    data = bytearray(packed([("hw1.ipynb", NOTEBOOK)]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (bomb, "unpacks to more than 50 MB"),
        (link, "is a link or a device"),
        (understated, "cannot be opened"),
        (encrypted, "password"),
        (lambda: b"PK no zip", "cannot be opened"),
        (lambda: packed([("hw1.ipynb", NOTEBOOK)])[:-30], "cannot be opened"),
        (lambda: packed([("../../hw1.ipynb", NOTEBOOK)]), "leads out of its folder"),
        (lambda: packed([("/etc/hw1.ipynb", NOTEBOOK)]), "leads out of its folder"),
        (lambda: packed([("a/../../hw1.ipynb", NOTEBOOK)]), "leads out of its folder"),
        (lambda: packed([("C:/hw1.ipynb", NOTEBOOK)]), "leads out of its folder"),
        (lambda: packed((f"{n}.txt", b"") for n in range(MOST_FILES + 1)), "more than 200 files"),
    ],
)
def test_bad_zip_files(tmp_path, make, said):
    hand_in(tmp_path, "ann.zip", make())
    assert said in why(tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_file_with_a_name_twice(tmp_path):
    hand_in(tmp_path, "ann.zip", packed([("hw1.ipynb", NOTEBOOK), ("hw1.ipynb", b"other")]))
    assert "hw1.ipynb twice" in why(tmp_path)


def test_a_zip_bomb_is_not_unpacked_whole(tmp_path, monkeypatch):
    """Each member is asked for no more than is still allowed."""
    asked = []
    real = zipfile.ZipExtFile.read
    monkeypatch.setattr(
        zipfile.ZipExtFile, "read", lambda self, n=-1: asked.append(n) or real(self, n)
    )
    data = packed([(f"{n}.bin", bytes(20_000_000)) for n in range(4)])
    with pytest.raises(Malformed, match="unpacks to more"):
        zipped.read(data, "hw1")
    assert [n for n in asked if n < 0] == []
    assert len(asked) <= 3


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../../x", "..", "", "a\\..\\..\\x", "C:x", "a\0b", "a/.."]
)
def test_names_that_lead_out(name):
    with pytest.raises(ValueError, match="leads out of its folder"):
        inside(name)


def test_a_unit_unpacks_nothing_outside(tmp_path):
    unit = Unit("hw1", "k", {"../../evil": b"x"}, packed([("a.txt", b"")]), Limits())
    with pytest.raises(ValueError, match="leads out"):
        Unit.unpack(unit.pack())
