"""The journal: what was kept is there again, whatever happened to the file's end."""

import json

import pytest

from dlcourse.grading.journal import FILE, Journal
from dlcourse.grading.unit import Result

GRADED = Result("graded", "a note", 1.5, 99.0, {"q-a": 1.0, "essay": None}, b'{"cells": []}', "log")
CRASHED = Result("crashed", "the kernel died", 2.0, 50.0)


def fill(folder):
    with Journal(folder) as journal:
        journal.keep("k1", GRADED)
        journal.assign("ann", "k1", GRADED)
        journal.keep("k2", CRASHED)
        journal.assign("ben", "k2", CRASHED)
        journal.assign("cay", None, Result("malformed", "a link"))
        journal.keep_page("ann", "digest")


def test_what_is_kept_is_there_again(tmp_path):
    fill(tmp_path)
    with Journal(tmp_path) as journal:
        found = journal.result("k1")
        assert (found.state, found.note, found.seconds) == ("graded", "a note", 1.5)
        assert found.marks == {"q-a": 1.0, "essay": None}
        assert journal.notebook("k1") == GRADED.notebook
        assert journal.students == ["ann", "ben", "cay"]
        assert journal.of_student("ben")[1].state == "crashed"
        assert journal.of_student("cay")[1].note == "a link"
        assert journal.page("ann") == "digest"
        assert journal.result("k3") is None


def test_a_torn_end_costs_one_line(tmp_path):
    """Cut at many places: all whole lines count, and the next line joins none."""
    fill(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    for cut in range(0, len(whole), 11):
        (tmp_path / FILE).write_bytes(whole[:cut])
        lines = whole[:cut].count(b"\n")
        with Journal(tmp_path) as journal:
            assert (journal.result("k1") is not None) == (lines >= 1)
            assert (journal.result("k2") is not None) == (lines >= 3)
            journal.keep("k9", CRASHED)
        for line in (tmp_path / FILE).read_bytes().splitlines():
            json.loads(line)
        with Journal(tmp_path) as journal:
            assert journal.result("k9").state == "crashed"


@pytest.mark.parametrize(
    "rubbish", [b"\n", b"\x00\xff\n", b"[]\n", b'{"event": "other"}\n', b"1\n"]
)
def test_a_line_that_says_nothing_is_passed_over(tmp_path, rubbish):
    fill(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(rubbish + whole)
    with Journal(tmp_path) as journal:
        assert journal.result("k1").state == "graded"


def test_what_is_graded_again(tmp_path):
    """A grader's error is no result; a graded one whose notebook is gone is none either."""
    with Journal(tmp_path) as journal:
        journal.keep("k1", GRADED)
        journal.keep("k2", Result("grader error", "ours"))
        assert journal.result("k2") is None
        assert journal.result("k1") is not None
        next((tmp_path / "results").glob("k1*")).unlink()
        assert journal.result("k1") is None


def test_a_line_is_written_only_where_something_is_new(tmp_path):
    fill(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    with Journal(tmp_path) as journal:
        journal.assign("ann", "k1", GRADED)
        journal.assign("cay", None, Result("malformed", "a link"))
        journal.keep_page("ann", "digest")
    assert (tmp_path / FILE).read_bytes() == before
