"""What was graded, kept so that no power cut costs a result.

An append-only file of JSON lines, each on the disk before anything else happens; a line that was
torn by a kill is dropped. Beside it lie the graded notebooks, each under the key of its result, put
in place whole before the line that speaks of it is written. The gradebook can be made from both.
"""

import gzip
import json
import os
from dataclasses import replace
from pathlib import Path

from dlcourse.grading.unit import Result

FILE, NOTEBOOKS = "journal.jsonl", "results"


class Journal:
    """The journal of one homework. folder: where it lies, made if it is not there."""

    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / NOTEBOOKS).mkdir(parents=True, exist_ok=True)
        self._results, self._students, self._pages = {}, {}, {}
        self._read()
        self._file = open(self.folder / FILE, "ab")  # noqa: SIM115  (open as long as the journal)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._file.close()

    def result(self, key):
        """The Result of a key without notebook and log, or None where it is to be graded.

        A grader's error is no result: it is tried again each time.
        """
        line = self._results.get(key)
        if line is None or line["state"] == "grader error":
            return None
        if line["state"] == "graded" and not self._notebook(key).is_file():
            return None
        fields = ("state", "note", "seconds", "memory", "marks")
        return Result(**{name: line[name] for name in fields})

    def notebook(self, key):
        """The graded notebook of a key, as bytes."""
        return gzip.decompress(self._notebook(key).read_bytes())

    def keep(self, key, result):
        """Keep a result; once this returns, it stays."""
        if result.notebook is not None:
            write(self._notebook(key), gzip.compress(result.notebook, compresslevel=1, mtime=0))
        bare = replace(result, notebook=None, log="")
        line = {"event": "result", "key": key, "state": bare.state, "note": bare.note}
        line |= {"seconds": bare.seconds, "memory": bare.memory, "marks": bare.marks}
        self._append(line)

    @property
    def students(self):
        """The students that were ever graded, sorted."""
        return sorted(self._students)

    def of_student(self, student):
        """A student's latest (key, Result); the key is None for what could not even be read."""
        line = self._students[student]
        if line["key"] is not None and line["key"] in self._results:
            line = {**self._results[line["key"]], "key": line["key"]}
        fields = ("state", "note", "seconds", "memory", "marks")
        return line["key"], Result(**{name: line[name] for name in fields if name in line})

    def assign(self, student, key, result):
        """Note whose a result is; a line is written where that is new."""
        line = {"event": "student", "student": student, "key": key}
        if key is None:
            line |= {"state": result.state, "note": result.note}
        if self._students.get(student) != line:
            self._append(line)

    def page(self, student):
        """The digest of what a student's feedback page was made from, or None."""
        return self._pages.get(student, {}).get("digest")

    def keep_page(self, student, digest):
        """Note that a student's feedback page is written."""
        if self.page(student) != digest:
            self._append({"event": "page", "student": student, "digest": digest})

    def _notebook(self, key):
        return self.folder / NOTEBOOKS / f"{key}.ipynb.gz"

    def _append(self, line):
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._enter(line)

    def _enter(self, line):
        kind, name = {
            "result": (self._results, "key"),
            "student": (self._students, "student"),
            "page": (self._pages, "student"),
        }[line["event"]]
        kind[line[name]] = line

    def _read(self):
        """Read what is there; a torn last line is cut off, so that the next does not join it."""
        path = self.folder / FILE
        if not path.is_file():
            return
        good = 0
        with open(path, "rb") as file:
            for text in file:
                if not text.endswith(b"\n"):
                    break
                good += len(text)
                try:
                    self._enter(json.loads(text))
                except (ValueError, KeyError, TypeError):
                    continue  # a line that says nothing costs one submission's time
        if good < path.stat().st_size:
            os.truncate(path, good)


def write(path, data):
    """Put a file in place whole: beside, onto the disk, renamed."""
    beside = path.with_name(f".{path.name}.part")
    with open(beside, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
