"""The grader's memory does not grow with the class: results are taken, entered and forgotten."""

import gc
import tracemalloc

import nbformat
import pytest

from dlcourse.grading import batch, fingerprint
from dlcourse.grading.unit import Result, Unit

SIZE = 400_000  # bytes of output in each graded notebook


class Place:
    """Grades nothing: gives each submission its own notebook back, with a large output."""

    def __init__(self, jobs):
        self.environment, self.held, self.most = fingerprint.environment(), 0, 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def prepare(self, preload, libraries, sandboxed):
        pass

    def require_sandbox(self):
        pass

    def run(self, units):
        for key, packed in units:
            notebook = nbformat.reads(Unit.unpack(packed).files["small.ipynb"], as_version=4)
            for cell in notebook.cells:
                if cell.id == "twice":
                    text = f"{key}" * (SIZE // len(key))
                    cell.outputs = [nbformat.v4.new_output("stream", text=text)]
            marks = {"twice-small": 1.0, "twice-negative": 2.0, "root-four": 2.0, "why": None}
            data = nbformat.writes(notebook).encode()
            yield key, Result("graded", "", 1.0, 100.0, marks, data)


@pytest.mark.timeout(300)
def test_memory_does_not_grow_with_the_class(small_course, answer, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "Pool", Place)
    # The page is not what is measured, and takes most of the time.
    monkeypatch.setattr("dlcourse.grading.ledger.Ledger._with_page", lambda self, row: row)
    root = small_course.make(tmp_path)

    def peak(numbers):
        for number in numbers:
            small_course.hand_in(root, f"s{number}", answer(why=f"Because of {number}."))
        gc.collect()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        summary = batch.grade(root, "small", root / "grades" / "submitted")
        assert len(summary.rows) == numbers.stop
        assert summary.kept == numbers.start
        return tracemalloc.get_traced_memory()[1] - before

    tracemalloc.start()
    try:
        peak(range(0, 2))  # loads what is loaded once
        few = peak(range(2, 6))
        many = peak(range(6, 24))
    finally:
        tracemalloc.stop()
    # 14 submissions more would hold 5.6 MB if their notebooks were kept.
    assert many - few < 4 * SIZE
