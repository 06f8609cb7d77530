"""Deleted cells come back in their place."""

from itertools import combinations

import nbformat

from dlcourse.grading import restore

SOURCES = {"a": "1", "b": "2", "c": "3", "d": "4"}


def book(names):
    """A notebook of nbgrader cells; a name in capitals is a cell of the student's own."""
    cells = []
    for name in names:
        meta = {} if name.isupper() else {"nbgrader": {"grade_id": name}}
        cells.append(nbformat.v4.new_code_cell(f"# {name}", id=name, metadata=meta))
    return nbformat.v4.new_notebook(cells=cells)


def names(notebook):
    return [cell.id for cell in notebook.cells]


def test_every_set_of_deleted_cells_comes_back_in_order():
    for count in range(4):
        for kept in combinations("abcd", count):
            submitted = book(kept)
            assert restore.missing_cells(submitted, book("abcd")) == [
                name for name in "abcd" if name not in kept
            ]
            restore.insert_missing(submitted, book("abcd"), SOURCES)
            assert names(submitted) == list("abcd")


def test_cells_of_the_students_stay_where_they_are():
    submitted = book("XaYdZ")
    restore.insert_missing(submitted, book("abcd"), SOURCES)
    assert names(submitted) == list("XabcYdZ")


def test_what_comes_back_has_the_graded_source_and_the_metadata():
    submitted = book("a")
    restore.insert_missing(submitted, book("ab"), SOURCES)
    assert submitted.cells[1].source == "2"
    assert restore.cell_name(submitted.cells[1]) == "b"


def test_a_whole_notebook_stays_as_it_is():
    submitted = book("aXb")
    restore.insert_missing(submitted, book("ab"), {})
    assert names(submitted) == list("aXb")


def test_moved_cells_return_to_the_homeworks_order_with_what_follows_them():
    submitted = book("XcYabZ")
    assert restore.reorder(submitted, book("abc"))
    assert names(submitted) == list("XabZcY")
    assert not restore.reorder(submitted, book("abc"))


def test_a_cell_is_what_the_homework_says_and_not_what_it_says_of_itself():
    solution = book("ab")
    solution.cells[0].metadata.nbgrader = {"grade_id": "a", "grade": True, "points": 1}
    submitted = book("abcX")
    submitted.cells[1].metadata.nbgrader = {"grade_id": "a", "solution": True, "points": 100}
    submitted.cells[0].metadata.nbgrader.grade_id = "a"
    submitted.cells[2].metadata.nbgrader = "no dict"
    submitted.cells[3].metadata.nbgrader = {"grade_id": "mine", "grade": True, "points": 9}
    restore.disown(submitted, solution)
    assert [cell.metadata.get("nbgrader") for cell in submitted.cells] == [
        None,
        {"grade_id": "a", "grade": True, "points": 1},
        None,
        None,
    ]
    submitted.cells[1].metadata.nbgrader["grade_id"] = ["a"]
    assert restore.cell_name(submitted.cells[1]) is None
